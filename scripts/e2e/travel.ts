import { openAccount } from './account.ts';
import { connectBackend } from './api.ts';
import { exhaust, misroute, poison, redrive, redriveDry } from './dead-letter-steps.ts';
import { deliverEachType, disableByGone, retryUntilAnswered } from './delivery-steps.ts';
import { removeHeld } from './held-messages.ts';
import type { Receiver } from './receiver.ts';
import type { Target } from './target.ts';
import { createWorld } from './world.ts';

/** Runs a step and prints how it went. Its signal stops it when it has taken too long. */
export type Step = <Result>(name: string, run: (signal: AbortSignal) => Promise<Result>) => Promise<Result>;

export interface Travel {
  readonly target: Target;
  readonly receiver: Receiver;
  /** How the stage reaches the receiver. */
  readonly receiverUrl: string;
  /** A new one. */
  readonly accountId: string;
}

/** The whole path of events and callbacks, step by step. Rejects with the first thing that is not as promised. */
export async function travel({ accountId, receiverUrl, ...given }: Travel, step: Step): Promise<void> {
  const { target } = given;
  const account = await step('an API key is issued for a signed request, and for no other', (signal) =>
    openAccount(target, accountId, signal),
  );
  const world = await step('three subscriptions take effect', (signal) =>
    createWorld({ ...given, account }, receiverUrl, signal),
  );
  await step('an event of each type reaches its subscribers, signed', (signal) =>
    deliverEachType(world, signal),
  );
  await step('500, 500, 200: three attempts with the same id and bytes', (signal) =>
    retryUntilAnswered(world, signal),
  );
  await step('410: the subscription is disabled, and only that one', (signal) =>
    disableByGone(world, signal),
  );
  await step('a message that is no event ends in its dead-letter queue', (signal) => poison(world, signal));
  await step('events of an unknown type and source end in unrouted', (signal) => misroute(world, signal));
  const exhausted = await step('500 each time: the delivery ends in exhausted-deliveries', (signal) =>
    exhaust(world, signal),
  );
  await step('a dry redrive counts it and changes nothing', (signal) => redriveDry(world, exhausted, signal));
  await step('a redrive delivers it with the same id and bytes', (signal) =>
    redrive(world, exhausted, signal),
  );
}

/** Removes the account with its key and subscriptions, and all messages about it. */
export async function cleanUp({ target, accountId }: Travel, signal: AbortSignal): Promise<void> {
  await connectBackend(target)(signal, 'DELETE', `/accounts/${accountId}`);
  await removeHeld(target, (body) => body.includes(accountId), signal);
}
