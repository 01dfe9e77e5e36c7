import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Field } from '../design/field.tsx';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';

interface UrlFieldProps {
  readonly value: string;
  /** What the API said of it when it was sent. */
  readonly issue: string | undefined;
  readonly onInput: (url: string) => void;
}

const pauseMs = 300;

/** Asks the API about the URL while it is typed: its owner learns at once what would be refused, and why. */
export function UrlField({ value, issue, onInput }: UrlFieldProps) {
  const { form: t } = texts();
  const checked = useSignal<{ readonly url: string; readonly refusal: string | undefined } | undefined>(
    undefined,
  );
  useEffect(() => {
    const url = value.trim();
    // Nobody needs to hear that a scheme alone is no URL.
    if (/^(h(t(tps?(:\/?\/?)?)?)?)?$/i.test(url)) {
      checked.value = undefined;
      return undefined;
    }
    const abort = new AbortController();
    const check = async () => {
      try {
        const { body } = await api('POST /url-checks', { body: { url } }, { signal: abort.signal });
        checked.value = { url, refusal: body.refusal };
      } catch {
        // It is checked once more when it is sent.
        if (!abort.signal.aborted) checked.value = undefined;
      }
    };
    const timer = setTimeout(() => void check(), pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [value]);
  const current = checked.value?.url === value.trim() ? checked.value : undefined;
  return (
    <Field
      label={t.url}
      hint={t.urlHint}
      issue={issue ?? current?.refusal}
      good={current && !current.refusal && !issue ? t.urlGood : undefined}
    >
      {(id, describedBy, isInvalid) => (
        <input
          id={id}
          class="input code"
          type="url"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          placeholder="https://crm.example.com/hooks/iomnihub"
          value={value}
          aria-describedby={describedBy}
          aria-invalid={isInvalid}
          required
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
    </Field>
  );
}
