import { Agent, createServer, type IncomingMessage, request as openRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

// biome-ignore lint/suspicious/noExplicitAny: what is on the wire has the shape that the test says it has
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export interface WireCall {
  /** Such as `BatchWriteItem`. */
  readonly operation: string;
  /** The access key with which the call was signed. In stacks it is the name of a function. */
  readonly caller: string;
  readonly input: Json;
  /** Asks the engine behind the proxy; with another input if the test wants it so. */
  forward(input?: Json): Promise<WireAnswer>;
}

/** `undefined` instead of an answer cuts the connection. */
export interface WireAnswer {
  readonly status: number;
  readonly body: Json;
}

export type Answerer = (call: WireCall) => Promise<WireAnswer | undefined>;

export interface WireProxy {
  readonly url: string;
  /** Every call since the last `reset`. */
  readonly calls: { operation: string; caller: string; input: Json }[];
  /** Answers from now on, until `reset`. */
  intercept(answer: Answerer): void;
  /** Stands before all that intercept already, until it is taken away; others may be put in front of it. */
  layer(answer: Answerer): () => void;
  reset(): void;
  close(): Promise<void>;
}

/** Stands between an AWS SDK client and an engine and alters, on the wire, what the client gets to see. */
export async function startWireProxy(target: string): Promise<WireProxy> {
  const calls: WireProxy['calls'] = [];
  let answer: Answerer = passOn;
  const layers = new Set<Answerer>();

  const { url, close } = await serveCalls(target, async (call) => {
    const { operation, caller, input } = call;
    calls.push({ operation, caller, input });
    return [...layers].reduce(before, answer)(call);
  });
  return {
    url,
    calls,
    intercept(next) {
      answer = next;
    },
    layer(next) {
      layers.add(next);
      return () => void layers.delete(next);
    },
    reset() {
      answer = passOn;
      layers.clear();
      calls.length = 0;
    },
    close,
  };
}

function passOn(call: WireCall): Promise<WireAnswer | undefined> {
  return call.forward();
}

/** The later layer is the outer one: the call reaches it first, and its `forward` leads to the inner one. */
function before(inner: Answerer, outer: Answerer): Answerer {
  return (asked) =>
    outer({
      ...asked,
      forward: async (input = asked.input) => {
        const answered = await inner({
          ...asked,
          input,
          forward: (altered = input) => asked.forward(altered),
        });
        if (!answered) throw new ConnectionCut();
        return answered;
      },
    });
}

async function serveCalls(
  target: string,
  answer: Answerer,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const serve = async () => {
      const answered = await answer(await readCall(request, target, agent));
      if (!answered) throw new ConnectionCut();
      response
        .writeHead(answered.status, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify(answered.body));
    };
    serve().catch((error: unknown) => {
      if (error instanceof ConnectionCut) request.socket.destroy();
      else response.writeHead(502).end(String(error));
    });
  });
  // A server that closes an idle connection meets the client's next request on it: a failure that no test asked for.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

async function readCall(request: IncomingMessage, target: string, agent: Agent): Promise<WireCall> {
  const input: Json = JSON.parse(await text(request));
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const caller = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const headers = Object.fromEntries(
    ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'].map((name) => [
      name,
      String(request.headers[name]),
    ]),
  );
  return {
    operation,
    caller,
    input,
    async forward(altered = input) {
      return post(target, headers, JSON.stringify(altered), agent);
    },
  };
}

/** All that is said to an engine goes this way. `fetch` would take several times as long for it. */
function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  agent: Agent,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(url, { method: 'POST', headers, agent }, (response) => {
      text(response)
        .then((answer) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }))
        .catch(reject);
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      // The engine has closed an idle connection, and has seen nothing of this call.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(post(url, headers, body, agent));
      else reject(error);
    });
    request.end(body);
  });
}

/** What a layer gets from the ones below it if they give no answer. */
class ConnectionCut extends Error {}

/** An answer by which AWS says that it is broken itself. */
export const internalFailure: WireAnswer = {
  status: 500,
  body: { __type: 'InternalFailure', message: 'broken on purpose' },
};
