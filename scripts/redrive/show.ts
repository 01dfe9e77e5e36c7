import { deliveryMessageSchema } from '../../core/deliveries/delivery.ts';
import { identifierSchema } from '../../core/identifiers.ts';
import { type DeadLetter, isEventQueue } from './dead-letter.ts';
import { bySentAt, look } from './look.ts';
import type { Operation } from './operation.ts';
import { explainReason } from './reasons.ts';
import { requireAll } from './selection.ts';
import { ageText, printable, printableLines } from './text.ts';

/** A message with all that is known of it. */
interface WholeLetter extends DeadLetter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly history: readonly string[];
}

/** How many attempts are shown at most, the latest first. */
const maxAttempts = 50;

/** Shows every message that the ids name: an event may have several. Changes nothing. */
export async function show(operation: Operation, ids: readonly string[]): Promise<void> {
  const { print, isJson, now } = operation;
  const selection = { ids, reason: undefined };
  const seen: Omit<WholeLetter, 'history'>[] = [];
  await look(operation, selection, (letter, { body, attributes }) => {
    seen.push({ ...letter, body, attributes });
  });
  requireAll(selection, seen);
  const letters: WholeLetter[] = [];
  for (const letter of seen.sort(bySentAt))
    letters.push({ ...letter, history: await historyOf(operation, letter) });
  print(
    isJson
      ? JSON.stringify(letters, undefined, 2)
      : letters.map((letter) => describe(letter, now())).join('\n\n'),
  );
}

function describe(letter: WholeLetter, now: Date): string {
  const { meaning, whatToDo } = explainReason(letter.reason);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Queue', letter.queue],
    ['Message', letter.messageId],
    ['Event', letter.eventId],
    ['Type', letter.type],
    ['Account', letter.accountId],
    ['Subscription', letter.subscriptionId],
    ['Reason', letter.reason],
    ['Explanation', letter.explanation],
    ['Sent', `${letter.sentAt} (${ageText(letter.sentAt, now)} ago)`],
    ['Received', `${letter.receiveCount} times, this look included`],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(13)} ${printable(value ?? '-')}`);
  const attributes = Object.entries(letter.attributes).map(([name, value]) => `${name}: ${value}`);
  return [
    lines.join('\n'),
    section('Attributes', attributes.map(printable)),
    section('Body', printableLines(formatJson(letter.body)).split('\n')),
    section('History', letter.history.map(printable)),
    section('What to do', [meaning, whatToDo]),
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...(lines.length > 0 ? lines : ['-']).map((line) => `  ${line}`)].join('\n');
}

/** What the table says of the message's delivery or event, one line an item. */
async function historyOf(operation: Operation, letter: Omit<WholeLetter, 'history'>): Promise<string[]> {
  if (isEventQueue(letter.queue)) return historyOfEvent(operation, letter);
  const message = deliveryMessageSchema.safeParse(parseJson(letter.body));
  if (!message.success) return [];
  const row = await operation.deliveries.findDelivery(message.data);
  if (!row) return ['The delivery has no row: no attempt is recorded, or it is no longer stored.'];
  const attempts = await operation.deliveryHistory.listAttempts(message.data, maxAttempts);
  return [
    `The delivery is ${row.state}, after ${row.attemptCount} attempts, at version ${row.version}, since ${row.updatedAt}.`,
    ...attempts.map(({ startedAt, outcome }) => {
      const answer = outcome.status === undefined ? '' : `, answer ${outcome.status}`;
      const what = outcome.kind === 'success' ? 'delivered' : outcome.reason;
      return `${startedAt}  ${what}${answer}, ${outcome.durationMs} ms`;
    }),
  ];
}

async function historyOfEvent({ eventHistory }: Operation, { accountId, eventId }: DeadLetter) {
  const named = identifierSchema.safeParse(accountId).data;
  const id = identifierSchema.safeParse(eventId).data;
  if (named === undefined || id === undefined) return ['The event has no usable ids, so it is not stored.'];
  const event = await eventHistory.findEvent(named, id);
  return event
    ? [
        `An event with this id was recorded at ${event.recordedAt}; ${event.plan.length} subscriptions planned.`,
      ]
    : ['The event is not stored.'];
}

/** Over several lines, if that changes nothing but spaces: what JSON.parse reads otherwise is shown as it is. */
function formatJson(text: string): string {
  const parsed = parseJson(text);
  return JSON.stringify(parsed) === text ? JSON.stringify(parsed, undefined, 2) : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
