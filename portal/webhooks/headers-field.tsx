import { Button } from '../design/button.tsx';
import { CloseIcon, PlusIcon } from '../design/icons.tsx';
import { texts } from '../i18n/i18n.ts';
import type { HeaderDraft } from './draft.ts';

interface HeadersFieldProps {
  readonly headers: readonly HeaderDraft[];
  readonly issue: string | undefined;
  readonly onChange: (headers: readonly HeaderDraft[]) => void;
}

/** Headers that every callback carries. Their values can be written, but not read. */
export function HeadersField({ headers, issue, onChange }: HeadersFieldProps) {
  const { form: t } = texts();
  const change = (key: number, part: Partial<HeaderDraft>) =>
    onChange(headers.map((header) => (header.key === key ? { ...header, ...part } : header)));
  const add = () => {
    const key = Math.max(0, ...headers.map((header) => header.key)) + 1;
    onChange([...headers, { key, name: '', value: '', isStored: false }]);
  };
  return (
    <fieldset class="field">
      <legend>{t.headers}</legend>
      {headers.map(({ key, name, value, isStored }) => (
        <div key={key} class="header-row">
          <input
            class="input code"
            aria-label={t.headerName}
            placeholder="x-api-token"
            value={name}
            readOnly={isStored}
            spellcheck={false}
            onInput={({ currentTarget }) => change(key, { name: currentTarget.value })}
          />
          <input
            class="input code"
            type="password"
            autocomplete="off"
            aria-label={t.headerValue}
            placeholder={isStored ? t.headerStored : t.headerValue}
            value={value}
            onInput={({ currentTarget }) => change(key, { value: currentTarget.value })}
          />
          <Button
            kind="quiet"
            label={t.removeHeader(name)}
            onClick={() => onChange(headers.filter((header) => header.key !== key))}
          >
            <CloseIcon />
          </Button>
        </div>
      ))}
      <Button small onClick={add}>
        <PlusIcon />
        {t.addHeader}
      </Button>
      <p class={`hint ${issue ? 'bad' : ''}`} aria-live="polite">
        {issue ?? t.headersHint}
      </p>
    </fieldset>
  );
}
