import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Expected } from './callback-checks.ts';
import { findHeld, queueUrlOf } from './held-messages.ts';
import { publish } from './publishing.ts';
import type { Callback } from './receiver.ts';
import { sendHeld, showHeld } from './redrive.ts';
import { callbacksOf, requireAttempts, untilOutcome } from './subscriptions.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** Steps about the queues that nothing drains, and about getting messages out of them. */

const exhaustedQueue = 'exhausted-deliveries';

/** A delivery without an attempt left, and its attempts so far. */
export interface Exhausted {
  readonly event: Expected;
  readonly callbacks: readonly Callback[];
}

/** A message that did not come from EventBridge. */
export async function poison({ target, account, firstType }: World, signal: AbortSignal): Promise<void> {
  const queueName = firstType.type.replaceAll('.', '-');
  const QueueUrl = await queueUrlOf(target, queueName, signal);
  const MessageBody = `no event of ${account.id}`;
  await target.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }), { abortSignal: signal });
  const held = await until(`the message is in ${queueName}-dlq`, signal, () =>
    findHeld(target, `${queueName}-dlq`, (body) => body === MessageBody, signal),
  );
  const { StringValue: reason = 'none' } = held.MessageAttributes?.['reason'] ?? {};
  if (reason !== 'not-json')
    throw new Error(`the message in ${queueName}-dlq has the reason ${reason} instead of not-json`);
}

/** One event of a type, and one of a source, that the catalog does not know. */
export async function misroute({ target, account, firstType }: World, signal: AbortSignal): Promise<void> {
  const ofUnknownType = { ...firstType, type: 'e2e.unknown' };
  const events = [
    await publish(target, account.id, ofUnknownType, signal),
    await publish(target, account.id, firstType, signal, 'iomnihub.e2e'),
  ];
  for (const { id, type } of events)
    await until(`event ${id} of ${type} is in unrouted`, signal, () =>
      findHeld(target, 'unrouted', (body) => body.includes(`"${id}"`), signal),
    );
}

/** The receiver answers 500 to every attempt. */
export async function exhaust(world: World, signal: AbortSignal): Promise<Exhausted> {
  const { target, receiver, account, firstType, failing } = world;
  const attemptCount = target.retryScheduleSeconds.length;
  receiver.answerNext(failing.path, ...target.retryScheduleSeconds.map(() => 500));
  const event = await publish(target, account.id, firstType, signal);
  const callbacks = await callbacksOf(receiver, failing, event, attemptCount, signal);
  await untilOutcome(account, failing, event.id, 'failed', signal);
  await until(`the delivery of ${event.id} is in ${exhaustedQueue}`, signal, () =>
    findExhausted(world, event, signal),
  );
  return { event, callbacks };
}

export async function redriveDry(
  world: World,
  { event, callbacks }: Exhausted,
  signal: AbortSignal,
): Promise<void> {
  // An engine that cannot put messages back shows those that were looked at a moment later.
  await until(`the dry run counts the delivery of ${event.id}`, signal, async () => {
    const shown = await showHeld(world.target, exhaustedQueue, signal);
    return new RegExp(`^${exhaustedQueue}: (?:at least )?[1-9]`, 'm').test(shown) || undefined;
  });
  await until(`after the dry run, ${exhaustedQueue} still holds the delivery of ${event.id}`, signal, () =>
    findExhausted(world, event, signal),
  );
  const calls = await callbacksOf(world.receiver, world.failing, event, callbacks.length, signal);
  if (calls.length > callbacks.length) throw new Error(`the dry run made a call for event ${event.id}`);
}

/** The receiver answers 200 by now. */
export async function redrive(
  world: World,
  { event, callbacks }: Exhausted,
  signal: AbortSignal,
): Promise<void> {
  const { target, receiver, account, failing } = world;
  await sendHeld(target, exhaustedQueue, signal);
  const calls = await callbacksOf(receiver, failing, event, callbacks.length + 1, signal);
  requireAttempts(calls, failing, event);
  await untilOutcome(account, failing, event.id, 'delivered', signal);
  if (await findExhausted(world, event, signal))
    throw new Error(`after the redrive, ${exhaustedQueue} still holds the delivery of ${event.id}`);
}

function findExhausted({ target }: World, { id }: Expected, signal: AbortSignal) {
  return findHeld(target, exhaustedQueue, (body) => body.includes(`"${id}"`), signal);
}
