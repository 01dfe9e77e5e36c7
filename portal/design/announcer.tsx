import { signal } from '@preact/signals';

const latest = signal('');

/** Tells screen readers what has happened without a change of place. */
export function announce(text: string): void {
  // The same text twice is no change, and would not be read.
  latest.value = latest.value === text ? `${text}\u00a0` : text;
}

export function Announcer() {
  return (
    <div class="off-screen" role="status" aria-live="polite">
      {latest.value}
    </div>
  );
}
