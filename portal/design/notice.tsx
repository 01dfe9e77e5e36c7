import type { ComponentChildren } from 'preact';

interface NoticeProps {
  readonly tone: 'bad' | 'warn' | 'ok' | 'plain';
  readonly title?: ComponentChildren;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Read by screen readers as soon as it appears. */
  readonly urgent?: boolean;
}

/** A sentence that says what is the matter, and one that says what to do. */
export function Notice({ tone, title, children, actions, urgent = false }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={urgent ? 'alert' : undefined}>
      <p>
        {title ? <b>{title}</b> : null} {children}
      </p>
      {actions ? <div class="notice-actions">{actions}</div> : null}
    </div>
  );
}
