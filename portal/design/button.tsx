import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: (() => unknown) | undefined;
  readonly kind?: 'primary' | 'quiet' | 'danger' | 'danger-primary';
  readonly small?: boolean;
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean | undefined;
  readonly label?: string | undefined;
  readonly title?: string | undefined;
  readonly class?: string;
}

/** While what a click began is under way, the button waits: nothing is sent twice. */
export function Button(props: ButtonProps) {
  const { children, onClick, kind, small, type = 'button', disabled = false, label, title } = props;
  const [isBusy, setBusy] = useState(false);
  const click = async () => {
    const result = onClick?.();
    if (!(result instanceof Promise)) return;
    setBusy(true);
    await result.finally(() => setBusy(false));
  };
  return (
    <button
      type={type}
      class={classes('button', kind, small && 'small', props.class)}
      disabled={disabled}
      aria-busy={isBusy}
      aria-label={label}
      title={title}
      onClick={() => void (isBusy ? undefined : click())}
    >
      {children}
    </button>
  );
}

interface LinkButtonProps extends Pick<ButtonProps, 'children' | 'kind' | 'small'> {
  readonly href: string;
}

export function LinkButton({ children, href, kind, small }: LinkButtonProps) {
  return (
    <a class={classes('button', kind, small && 'small')} href={href}>
      {children}
    </a>
  );
}

export function classes(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
