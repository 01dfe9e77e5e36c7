import { ApiFailure } from '../api/problem.ts';

/** What the local run's own server offers beside the API: no deployed page has it. */

export interface Playground {
  readonly receiver: {
    readonly url: string;
    readonly behaviour: string;
    readonly behaviours: readonly string[];
  };
}

export interface ReceivedCallback {
  readonly receivedAt: string;
  readonly id: string;
  readonly type: string;
  readonly verified: boolean;
  /** The status that the receiver answered with, if it did. */
  readonly answered: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function createPlaygroundApi(token: () => string | undefined) {
  return {
    /** Undefined where there is none. */
    async find(signal?: AbortSignal): Promise<Playground | undefined> {
      const response = await send('GET', '/playground', undefined, signal).catch(() => undefined);
      const isJson = response?.headers.get('content-type')?.includes('json');
      return response?.ok && isJson ? ((await response.json()) as Playground) : undefined;
    },
    async listCallbacks(signal: AbortSignal): Promise<readonly ReceivedCallback[]> {
      const response = await accepted(send('GET', '/playground/callbacks', undefined, signal));
      return ((await response.json()) as { items: readonly ReceivedCallback[] }).items;
    },
    async setBehaviour(behaviour: string): Promise<Playground> {
      return (await (
        await accepted(send('PUT', '/playground/receiver', { behaviour }))
      ).json()) as Playground;
    },
    /** Returns the id of the event. */
    async publish(type: string, data: unknown): Promise<string> {
      const response = await accepted(send('POST', '/playground/events', { type, data }));
      return ((await response.json()) as { id: string }).id;
    },
  };

  function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(path, {
      method,
      headers: { authorization: `Bearer ${token() ?? ''}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      cache: 'no-store',
      credentials: 'omit',
    });
  }
}

async function accepted(sent: Promise<Response>): Promise<Response> {
  const response = await sent.catch(() => {
    throw new ApiFailure('offline');
  });
  if (response.ok) return response;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new ApiFailure('unknown', { status: response.status, ...(detail ? { detail } : {}) });
}
