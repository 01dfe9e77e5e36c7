import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An error in the format of AWS' JSON protocols. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export class AwsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

type Operation = (input: unknown) => unknown;

/**
 * Serves operations of one AWS service over its JSON protocol. The last part of the X-Amz-Target header names the
 * operation.
 */
export async function serveAwsJson(operations: Readonly<Record<string, Operation>>): Promise<LocalServer> {
  return listen(async (request, response) => {
    const name =
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? '';
    try {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation)
        throw new AwsError('UnknownOperationException', `the local run does not serve ${name || 'this'}`);
      answer(response, 200, await operation(parse(await text(request))));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      answer(response, 400, { __type: error.code, message: error.message });
    }
  }, 0);
}

/**
 * Listens on loopback only, and serves no request to another host. Port 0 picks a free one. If the handler fails, the answer is 500 and the error is
 * reported.
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port: number,
  onFault: (fault: unknown) => void = console.error,
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    if (!namesThisServer(request)) {
      answerForbidden(response);
      return;
    }
    handle(request, response).catch((error: unknown) => {
      onFault(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // A server that closes an idle connection meets the client's next request on it. Clients close theirs first.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    const explain = (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`port ${port} is taken; PORT=0 picks a free one`) : error,
      );
    server.once('error', explain).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A page whose name leads to this machine shares its origin with what it finds there. Its requests still name the page's
 * own host.
 */
function namesThisServer({ headers, socket }: IncomingMessage): boolean {
  const host = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?$/i.exec(headers.host ?? '');
  return host !== null && Number(host[1] ?? 80) === socket.localPort;
}

function answerForbidden(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Forbidden"}');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new AwsError('SerializationException', 'the request body is not JSON');
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
