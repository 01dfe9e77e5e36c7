import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { texts } from '../i18n/i18n.ts';
import { CheckIcon, WarningIcon } from './icons.tsx';

interface FieldProps {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  /** What is wrong with it: "must …", as the API says it. */
  readonly issue?: string | undefined;
  /** That it is right. */
  readonly good?: string | undefined;
  readonly optional?: boolean;
  readonly children: (id: string, describedBy: string, isInvalid: boolean) => ComponentChildren;
}

/** A field of a form. The line below it keeps its height, so that nothing moves while somebody types. */
export function Field({ label, hint, issue, good, optional = false, children }: FieldProps) {
  const id = useId();
  const describedBy = `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>
        {label} {optional ? <span class="faint">{texts().common.optional}</span> : null}
      </label>
      {children(id, describedBy, issue !== undefined)}
      <p
        id={describedBy}
        class={`hint ${issue ? 'bad' : good ? 'ok' : ''}`}
        aria-live="polite"
        hidden={!(issue ?? good ?? hint)}
      >
        {issue ? <WarningIcon /> : good ? <CheckIcon /> : null}
        <span>{issue ?? good ?? hint}</span>
      </p>
    </div>
  );
}
