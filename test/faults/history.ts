import type { Evidence, ReceivedEvidence } from './evidence.ts';
import type { Violation } from './promises.ts';
import type { Item } from './readings.ts';

/** What is known of one delivery, in the order of time, for whoever has to find out what went wrong. */
export function historyOf(
  { subscriptionId, eventId }: Violation,
  evidence: Evidence,
  items: readonly Item[],
) {
  if (eventId === undefined) return [];
  const isIt = (item: { subscriptionId?: unknown; eventId?: unknown }) =>
    item.eventId === eventId && (item.subscriptionId ?? subscriptionId) === subscriptionId;
  const lines: [atMs: number, what: string][] = [];
  for (const event of evidence.published.filter(({ id }) => id === eventId))
    lines.push([event.atMs, `published for ${event.accountId}`]);
  for (const event of evidence.takenIn.filter((one) => one.eventId === eventId))
    lines.push([event.atMs, `taken in for ${event.accountId}`]);
  for (const call of evidence.received.filter(({ body }) => body.includes(`"${eventId}"`))) {
    if (call.subscriptionId === subscriptionId)
      lines.push([call.atMs, `its receiver was called and ${answerOf(call)}`]);
  }
  for (const [where, text] of Object.entries(evidence.texts).filter(([where]) =>
    where.startsWith('the log '),
  )) {
    for (const entry of text.split('\n').map(parse).filter(isIt))
      lines.push([
        Date.parse(String(entry['timestamp'])),
        `${where}: ${JSON.stringify(withoutNoise(entry))}`,
      ]);
  }
  const now = items
    .filter(({ pk, sk }) => String(sk).includes(`#${eventId}`) && String(pk).endsWith(`#${subscriptionId}`))
    .map((item) => `at rest, the table has ${JSON.stringify(item)}`);
  const held = evidence.held.filter(isIt).map(({ queue }) => `at rest, ${queue} holds it`);
  return [
    ...lines
      .toSorted(([a], [b]) => a - b)
      .map(([atMs, what]) => `${new Date(atMs).toISOString().slice(11, 23)} ${what}`),
    ...now,
    ...held,
  ];
}

function answerOf({ atMs, status, answeredAtMs }: ReceivedEvidence): string {
  if (status === undefined) return 'answered nothing';
  return answeredAtMs === undefined
    ? `did not come to answer ${status}`
    : `answered ${status} after ${answeredAtMs - atMs} ms`;
}

function withoutNoise({ message, outcome, decision, limit, dueAt, error, explanation }: Item): Item {
  return { message, outcome, decision, limit, dueAt, error, explanation };
}

function parse(line: string): Item {
  try {
    return JSON.parse(line) as Item;
  } catch {
    return {};
  }
}
