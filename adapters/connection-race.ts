import type { buildConnector } from 'undici';
import { errors } from './undici-parts.ts';

export type Socket = NonNullable<Parameters<buildConnector.Callback>[1]>;

/** RFC 8305, 5: the recommended delay between the starts of two connections. */
const headStartMs = 250;
/** For connecting, including the TLS handshake, to all addresses together. */
const deadlineMs = 5_000;
/** These say something about our own network as well, so another address's failure tells more. */
const routingFailures = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];

type Connected = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

/**
 * Opens connections to the addresses in their order until one of them is ready (RFC 8305). The next one is started when
 * the latest has failed, or has been silent for a while. The first that is ready wins, and all others are destroyed.
 * `open` starts a connection and calls back once it can be used, for https after the handshake.
 */
export function raceConnections(
  addresses: readonly string[],
  open: (address: string, connected: Connected) => Socket,
  callback: Connected,
): void {
  const opening = new Set<Socket>();
  const failures = new Map<string, Error>();
  const waiting = [...addresses];
  let isOver = false;
  let headStart: NodeJS.Timeout | undefined;
  // One more turn of the event loop: what came in time is read first.
  const giveUp = () => setImmediate(() => settle(timeoutOf(opening), null));
  const deadline = setTimeout(giveUp, deadlineMs);

  const settle: Connected = (...result) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(deadline);
    clearTimeout(headStart);
    for (const socket of opening) socket.destroy();
    callback(...result);
  };

  function startNext(): void {
    clearTimeout(headStart);
    const address = waiting.shift();
    if (address === undefined) {
      if (opening.size === 0) settle(mostTelling(addresses, failures), null);
      return;
    }
    const opened = open(address, (error, socket) => {
      opening.delete(opened);
      if (isOver) socket?.destroy();
      else if (socket) settle(null, socket);
      else {
        failures.set(address, error);
        startNext();
      }
    });
    opening.add(opened);
    if (waiting.length > 0) headStart = setTimeout(startNext, headStartMs);
  }

  startNext();
}

/** The time was over after a connection had been made, during its TLS handshake. */
export class HandshakeTimeout extends Error {
  readonly code = 'CALLBACK_HANDSHAKE_TIMEOUT';
}

function timeoutOf(opening: ReadonlySet<Socket>): Error {
  const isHandshaking = [...opening].some(({ connecting }) => !connecting);
  return isHandshaking ? new HandshakeTimeout() : new errors.ConnectTimeoutError();
}

function mostTelling(addresses: readonly string[], failures: ReadonlyMap<string, Error>): Error {
  const known = addresses.flatMap((address) => failures.get(address) ?? []);
  return known.find((error) => !isRoutingFailure(error)) ?? known[0] ?? new Error('no address');
}

function isRoutingFailure(error: Error): boolean {
  return routingFailures.includes(String((error as { code?: unknown }).code));
}
