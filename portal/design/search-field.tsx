import type { RefObject } from 'preact';
import { SearchIcon } from './icons.tsx';

interface SearchFieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
}

export function SearchField({ field, label, hint, value, onInput }: SearchFieldProps) {
  return (
    <div class="search">
      <SearchIcon />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={hint}
        value={value}
        spellcheck={false}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
