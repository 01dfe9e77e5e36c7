import type { Expected } from './callback-checks.ts';
import { publish } from './publishing.ts';
import { callbacksOf, requireAttempts, requireOnly, untilOutcome, untilStatus } from './subscriptions.ts';
import type { World } from './world.ts';

/** Steps about what receivers get. */

/** Each subscription gets its own types and no others. */
export async function deliverEachType(world: World, signal: AbortSignal): Promise<void> {
  const { target, receiver, account, types, firstType, secondType } = world;
  const publishing = types.map((type) => publish(target, account.id, type, signal));
  const events = await Promise.all(publishing);
  const takers = [
    { subscription: world.all, taken: events },
    { subscription: world.failing, taken: events.filter(({ type }) => type === firstType.type) },
    { subscription: world.leaving, taken: events.filter(({ type }) => type === secondType.type) },
  ];
  for (const { subscription, taken } of takers) {
    for (const event of taken) {
      const callbacks = await callbacksOf(receiver, subscription, event, 1, signal);
      for (const callback of callbacks) requireAttempts([callback], subscription, event);
    }
    requireOnly(receiver, subscription, taken);
  }
  await Promise.all(events.map((event) => requireStoredBytes(world, event, signal)));
}

/** The API shows the exact text of an event's callbacks. */
async function requireStoredBytes(
  { receiver, account, all }: World,
  event: Expected,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await account.owner(signal, 'GET', `/events/${event.id}`);
  for (const callback of await callbacksOf(receiver, all, event, 1, signal)) {
    if (!callback.body.equals(Buffer.from(String(body))))
      throw new Error(`callback ${event.id} has other bytes in its body than GET /events/${event.id} shows`);
  }
}

/** The receiver answers 500, 500 and 200. */
export async function retryUntilAnswered(world: World, signal: AbortSignal): Promise<void> {
  const { target, receiver, account, firstType, failing } = world;
  receiver.answerNext(failing.path, 500, 500);
  const event = await publish(target, account.id, firstType, signal);
  const callbacks = await callbacksOf(receiver, failing, event, 3, signal);
  requireAttempts(callbacks, failing, event);
  await untilOutcome(account, failing, event.id, 'delivered', signal);
}

/** The receiver answers 410. That event and later ones are kept for it, and go to the other subscription only. */
export async function disableByGone(world: World, signal: AbortSignal): Promise<void> {
  const { target, receiver, account, secondType, all, leaving } = world;
  receiver.answerNext(leaving.path, 410);
  const event = await publish(target, account.id, secondType, signal);
  await untilOutcome(account, leaving, event.id, 'parked', signal);
  const { disabledReason } = await untilStatus(account, leaving, 'disabled', signal);
  if (disabledReason !== 'gone')
    throw new Error(`${leaving.path} was disabled for the reason ${String(disabledReason)} instead of gone`);

  const later = await publish(target, account.id, secondType, signal);
  await callbacksOf(receiver, all, later, 1, signal);
  await untilOutcome(account, leaving, later.id, 'parked', signal);
  if (receiver.callbacksAt(leaving.path).some(({ headers }) => headers['webhook-id'] === later.id))
    throw new Error(`${leaving.path} got event ${later.id} after it was disabled`);
}
