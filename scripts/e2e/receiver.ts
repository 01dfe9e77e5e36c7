import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request to the receiver, byte by byte. */
export interface Callback {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly receivedAt: Date;
}

export interface Receiver {
  /** Without a path. */
  readonly url: string;
  /** In the order of their arrival. */
  callbacksAt(path: string): readonly Callback[];
  /** The answers to the next callbacks at this path; each one after them is answered with 200. */
  answerNext(path: string, ...statuses: number[]): void;
  close(): void;
}

/** The HTTP endpoint of an account owner, with a path for each subscription. It believes nothing and records all. */
export async function startReceiver(host: string, port: number): Promise<Receiver> {
  const callbacks = new Map<string, Callback[]>();
  const answers = new Map<string, number[]>();

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = await buffer(request);
    const challenge = challengeIn(body);
    if (challenge !== undefined) return void response.end(challenge);
    const callback = {
      headers: request.headers as Record<string, string>,
      body,
      receivedAt: new Date(),
    };
    callbacks.set(path, [...(callbacks.get(path) ?? []), callback]);
    response.writeHead(answers.get(path)?.shift() ?? 200).end();
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    callbacksAt: (path) => callbacks.get(path) ?? [],
    answerNext: (path, ...statuses) => void answers.set(path, statuses),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A stage may ask receivers for their consent: whoever echoes the challenge consents. */
function challengeIn(body: Buffer): string | undefined {
  try {
    const { type, data } = JSON.parse(body.toString()) as { type?: string; data?: { challenge?: string } };
    return type === 'webhook.verify' ? data?.challenge : undefined;
  } catch {
    return undefined;
  }
}
