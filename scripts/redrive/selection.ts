import { type DeadLetter, isNamedBy } from './dead-letter.ts';

/** Which messages a command is about. */
export interface Selection {
  /** Of events or messages. If there are none, the other conditions alone decide. */
  readonly ids: readonly string[];
  readonly reason: string | undefined;
  /** Ids of events are unique within an account only. */
  readonly account?: string | undefined;
}

export function isSelected({ ids, reason, account }: Selection, letter: DeadLetter): boolean {
  return (
    (reason === undefined || reason === letter.reason) &&
    (account === undefined || account === letter.accountId) &&
    (ids.length === 0 || isNamedBy(ids, letter))
  );
}

/** Throws if the id of an event names messages of several accounts, of which the operator means one. */
export function requireOneAccount({ ids, account }: Selection, letters: readonly DeadLetter[]): void {
  if (account !== undefined) return;
  for (const id of ids) {
    const accounts = new Set(letters.flatMap((one) => (one.eventId === id ? [one.accountId] : [])));
    if (accounts.size > 1)
      throw new Error(`${id} is an event of ${[...accounts].join(', ')}; say which with --account`);
  }
}

/** Throws if no message has one of the ids: the operator has mistyped it, or another was faster. */
export function requireAll({ ids }: Selection, letters: readonly DeadLetter[]): void {
  const unknown = ids.filter((id) => !letters.some((letter) => isNamedBy([id], letter)));
  if (unknown.length > 0) throw new Error(`no message in sight has the id ${unknown.join(', ')}`);
}
