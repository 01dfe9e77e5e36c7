import { signal } from '@preact/signals';

/** The present, to the nearest few seconds: texts such as "2 minutes ago" stay true while the page is open. */
export const now = signal(new Date());

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = new Date();
  }, 5_000);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) now.value = new Date();
  });
}
