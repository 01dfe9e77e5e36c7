import { type Account, type EventType, listEventTypes } from './account.ts';
import type { Receiver } from './receiver.ts';
import { type Subscription, subscribe } from './subscriptions.ts';
import type { Target } from './target.ts';

/** What the steps of a run share. */
export interface World {
  readonly target: Target;
  readonly receiver: Receiver;
  readonly account: Account;
  readonly types: readonly EventType[];
  readonly firstType: EventType;
  readonly secondType: EventType;
  /** Takes every event. */
  readonly all: Subscription;
  /** Takes the first type. Its receiver fails now and then. */
  readonly failing: Subscription;
  /** Takes the second type. Its receiver wants no more callbacks. */
  readonly leaving: Subscription;
}

/** `receiverUrl` is how the stage reaches the receiver. */
export async function createWorld(
  given: Pick<World, 'target' | 'receiver' | 'account'>,
  receiverUrl: string,
  signal: AbortSignal,
): Promise<World> {
  const types = await listEventTypes(given.account, signal);
  const [firstType, secondType] = types;
  if (!firstType || !secondType) throw new Error('the catalog has fewer than two event types');
  const take = (name: string, type: string) => subscribe(given.account, receiverUrl, name, [type], signal);
  // One after the other: a request that is still on its way when another fails would arrive after the clean-up.
  const all = await take('all', '*');
  const failing = await take('failing', firstType.type);
  const leaving = await take('leaving', secondType.type);
  return { ...given, types, firstType, secondType, all, failing, leaving };
}
