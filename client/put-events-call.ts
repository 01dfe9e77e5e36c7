import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventSource } from '../core/events/event-catalog.ts';
import type { Publication } from './publication.ts';
import { leavesDoubt, type Remedy, readFailure, remedyForCall, remedyForEntry } from './put-events-errors.ts';

export type EventBridgeSender = Pick<EventBridgeClient, 'send'>;

/** What PutEvents says of one entry. */
export type EntryAnswer =
  | { readonly envelopeId: string }
  | {
      readonly remedy: Remedy;
      /** Code and message. */
      readonly failure: string;
      readonly mayBePublished: boolean;
    };

export interface CallOptions {
  readonly client: EventBridgeSender;
  readonly eventBusName: string;
  readonly timeoutMs: number;
}

/**
 * One call of PutEvents. Never rejects, and has answered by its timeout, whatever the endpoint, the credentials or the
 * region do. It also ends when nobody waits for any of its entries.
 */
export async function putEvents(
  batch: readonly Publication[],
  { client, eventBusName, timeoutMs }: CallOptions,
): Promise<readonly EntryAnswer[]> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs);
  const endIfUnwanted = () => {
    if (batch.every(({ request }) => request.isOver()))
      controller.abort(new Error('nobody waits for the answer'));
  };
  for (const { request } of batch) request.whenOver.add(endIfUnwanted);
  for (const publication of batch) publication.progress = 'preparing';
  try {
    // Providers of credentials do not listen to the signal.
    const sent = client.send(commandFor(batch, eventBusName, controller.signal), {
      abortSignal: controller.signal,
    });
    const { Entries } = await Promise.race([sent, rejectionBy(controller.signal)]);
    return batch.map((_, index) => readEntry(Entries?.[index] ?? {}));
  } catch (error) {
    const { explanation, ...failure } = readFailure(error);
    return batch.map(({ progress }) => ({
      remedy: remedyForCall(failure, batch.length),
      failure: explanation,
      mayBePublished: progress === 'on-the-wire' && leavesDoubt(failure),
    }));
  } finally {
    clearTimeout(timer);
    for (const { request } of batch) request.whenOver.delete(endIfUnwanted);
    for (const publication of batch) publication.progress = 'waiting';
  }
}

function commandFor(
  batch: readonly Publication[],
  eventBusName: string,
  signal: AbortSignal,
): PutEventsCommand {
  const command = new PutEventsCommand({
    Entries: batch.map(({ detailType, detail }) => ({
      EventBusName: eventBusName,
      Source: eventSource,
      DetailType: detailType,
      Detail: detail,
    })),
  });
  // Takes the place of the SDK's own retries, which would multiply with ours. Signing is placed relative to it.
  command.middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  command.middlewareStack.add(
    (next) => async (input) => {
      // Credentials may come after the timeout.
      signal.throwIfAborted();
      for (const publication of batch) publication.progress = 'on-the-wire';
      return next(input);
    },
    { name: 'onTheWireMiddleware', step: 'deserialize', priority: 'low' },
  );
  return command;
}

function readEntry(entry: {
  EventId?: string | undefined;
  ErrorCode?: string | undefined;
  ErrorMessage?: string | undefined;
}): EntryAnswer {
  const { EventId, ErrorCode, ErrorMessage = '' } = entry;
  if (EventId && !ErrorCode) return { envelopeId: EventId };
  if (!ErrorCode)
    return {
      remedy: 'repeat',
      failure: 'NoAnswer: the answer says nothing of this entry',
      mayBePublished: true,
    };
  return {
    remedy: remedyForEntry(ErrorCode),
    failure: `${ErrorCode}: ${ErrorMessage}`,
    mayBePublished: false,
  };
}

function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' });
}

function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
