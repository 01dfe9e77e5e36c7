import { type CallApi, connectBackend, connectOwner, RefusedRequest } from './api.ts';
import type { Target } from './target.ts';

/** An account of this run alone, so that nothing of others is touched. */
export interface Account {
  readonly id: string;
  readonly owner: CallApi;
}

export interface EventType {
  readonly type: string;
  readonly example: Readonly<Record<string, unknown>>;
}

/** As the helpdesk backend does for a new customer. Without a signature, the same request must be refused. */
export async function openAccount(target: Target, id: string, signal: AbortSignal): Promise<Account> {
  const path = `/accounts/${id}/api-keys`;
  const unsigned = await statusOf(connectOwner(target, 'none')(signal, 'POST', path, {}));
  if (unsigned !== 401 && unsigned !== 403)
    throw new Error(`a request for a key without a signature was answered with ${unsigned ?? '2xx'}`);
  const { key } = await connectBackend(target)(signal, 'POST', path, { description: 'end-to-end run' });
  return { id, owner: connectOwner(target, String(key)) };
}

/** The status with which a request was refused. Undefined if it was not. */
async function statusOf(asked: Promise<unknown>): Promise<number | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    if (error instanceof RefusedRequest) return error.status;
    throw error;
  }
}

/** What the helpdesk publishes. The others tell of webhooks themselves. */
export async function listEventTypes({ owner }: Account, signal: AbortSignal): Promise<EventType[]> {
  const { items } = await owner(signal, 'GET', '/event-types');
  return (items as (EventType & { isOperational?: boolean })[]).filter(({ isOperational }) => !isOperational);
}
