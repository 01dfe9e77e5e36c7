import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';

/** What the clients of a function have in common. Without an entry, the SDK's own default counts. */
type ClientConfig = Pick<
  SQSClientConfig,
  'cacheMiddleware' | 'maxAttempts' | 'endpoint' | 'region' | 'credentials' | 'useQueueUrlAsEndpoint'
>;

/** Every client of the SDK has a stack of its own type, to which the same functions can be added. */
interface Client {
  readonly middlewareStack: object;
}

export interface AwsConnections {
  /** Makes a client that sends through these connections. By default it tries a request three times. */
  connect<One extends Client>(client: new (config: ClientConfig) => One, config?: ClientConfig): One;
}

export interface ConnectionTimes {
  /** An idle connection is not used after so long. */
  readonly idleMs: number;
  /** How long a connection may take to open, its TLS handshake included. */
  readonly connectMs: number;
  /** How long a connection may stay silent while a request waits for its answer. */
  readonly answerMs: number;
}

export const connectionTimes: ConnectionTimes = { idleMs: 10_000, connectMs: 2_000, answerMs: 5_000 };

/**
 * The connections of one sandbox to AWS. Lambda freezes a sandbox between invocations, and meanwhile its idle connections may
 * end without a trace. Neither timers nor the end of a connection are noticed in time, so two rules hold when a
 * request begins or fails:
 *
 * - After a pause, no idle connection is used.
 * - If one connection fails, all idle ones go. The SDK's next try then opens a new one instead of finding another dead one.
 *
 * All clients share them, so the first request of an invocation finds out for the others.
 */
export function openConnections({
  idleMs,
  connectMs,
  answerMs,
}: ConnectionTimes = connectionTimes): AwsConnections {
  const options = { keepAlive: true, maxSockets: 50, maxFreeSockets: 10 };
  const agents = {
    httpAgent: boundConnecting(new HttpAgent(options), 'connect', connectMs),
    httpsAgent: boundConnecting(new HttpsAgent(options), 'secureConnect', connectMs),
  };
  // The SDK's other timeouts also count the time for which a request waits for a connection to become free.
  const requestHandler = { ...agents, socketTimeout: answerMs };
  let lastUsedAt = Date.now();

  function dropIdle(): void {
    const idle = Object.values(agents).flatMap(({ freeSockets }) => Object.values(freeSockets));
    for (const socket of idle.flatMap((sockets) => sockets ?? [])) socket.destroy();
  }

  return {
    connect(client, config = {}) {
      // All middleware is added before the first request, so it is put in order once for each kind of request.
      const one = new client({ cacheMiddleware: true, ...config, requestHandler } as ClientConfig);
      const stack = one.middlewareStack as DynamoDBClient['middlewareStack'];
      // It copies each request and answer for a logger that does nothing.
      stack.remove('loggerMiddleware');
      stack.add(
        (next) => async (request) => {
          if (Date.now() - lastUsedAt > idleMs) dropIdle();
          try {
            return await next(request);
          } catch (error) {
            dropIdle();
            throw error;
          } finally {
            lastUsedAt = Date.now();
          }
        },
        // Inside of the SDK's retries, around a single try.
        { name: 'dropDeadConnections', step: 'deserialize', priority: 'low' },
      );
      return one;
    },
  };
}

/** Node.js itself waits for as long as the kernel does, which is minutes. The SDK takes a `TimeoutError` for one to repeat. */
function boundConnecting<Agent extends HttpAgent>(agent: Agent, opened: string, connectMs: number): Agent {
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = createConnection(options, callback);
    if (!socket) return socket;
    const error = Object.assign(new Error(`no connection within ${connectMs} ms`), { name: 'TimeoutError' });
    const timer = setTimeout(() => socket.destroy(error), connectMs);
    for (const event of [opened, 'close']) socket.once(event, () => clearTimeout(timer));
    return socket;
  };
  return agent;
}
