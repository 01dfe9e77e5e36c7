import { signal } from '@preact/signals';
import type { NoticeEvent } from './notice.ts';

/** Up to which notice somebody has seen them in this browser: the `recordedAt` of the newest, or nothing. */
const seen = signal<{ readonly accountId: string; readonly until: string } | undefined>(undefined);

const keyOf = (accountId: string) => `iomnihub-webhooks-seen ${accountId}`;

/** How many are newer than what was seen. */
export function countUnseen(accountId: string, notices: readonly NoticeEvent[]): number {
  const until = seenUntil(accountId);
  return notices.filter(({ recordedAt }) => recordedAt > until).length;
}

export function seenUntil(accountId: string): string {
  if (seen.value?.accountId !== accountId) seen.value = { accountId, until: read(keyOf(accountId)) };
  return seen.value.until;
}

export function markSeen(accountId: string, [newest]: readonly NoticeEvent[]): void {
  if (!newest || newest.recordedAt <= seenUntil(accountId)) return;
  seen.value = { accountId, until: newest.recordedAt };
  try {
    localStorage.setItem(keyOf(accountId), newest.recordedAt);
  } catch {
    // A browser may forbid it. Then they are new again in the next tab.
  }
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
