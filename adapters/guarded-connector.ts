import type { NameResolver } from '../core/receivers/name-resolver.ts';
import {
  type AddressRefusal,
  addressesToTry,
  addressInHost,
  refuseAddress,
} from '../core/receivers/public-address.ts';
import { raceConnections, type Socket } from './connection-race.ts';
import { buildConnector, errors } from './undici-parts.ts';

/** A connection that was refused before it was tried. core/receivers/delivery-outcome.ts classifies its `code`. */
export class RefusedConnection extends Error {
  readonly code: 'CALLBACK_NAME_UNRESOLVED' | 'CALLBACK_ADDRESS_FORBIDDEN';
  readonly refusal: AddressRefusal | undefined;
  readonly address: string | undefined;

  constructor(refusal?: AddressRefusal, address?: string) {
    super(refusal ?? 'the name has no address');
    this.code = refusal ? 'CALLBACK_ADDRESS_FORBIDDEN' : 'CALLBACK_NAME_UNRESOLVED';
    this.refusal = refusal;
    this.address = address;
  }
}

export interface ConnectorRules {
  /** Lets callbacks of a development stage reach this machine. All other rules still hold. */
  readonly allowPrivateCallbacks: boolean;
}

/** The connector also returns the socket that it opens, which undici's types leave out. */
type Opening = (...parameters: Parameters<buildConnector.connector>) => Socket;

/**
 * Opens sockets to public addresses only, whatever a URL or a name server says. undici's own `lookup` hook is not
 * called for IP literals. A name that was checked elsewhere may have another address by the time of the connection.
 */
export function createGuardedConnector(
  { resolveName }: NameResolver,
  { allowPrivateCallbacks }: ConnectorRules,
): buildConnector.connector {
  const refuse = allowPrivateCallbacks ? () => undefined : refuseAddress;
  // The race has a deadline of its own.
  const connect = buildConnector({ timeout: 0, allowH2: false }) as unknown as Opening;

  return (options, callback) => {
    void open();

    async function open(): Promise<void> {
      try {
        const literal = addressInHost(options.hostname);
        const addresses = literal ? [literal] : await resolveName(options.hostname);
        if (addresses.length === 0) throw new RefusedConnection();
        // One non-public address makes the whole answer suspect, because attackers mix them to reach an internal
        // address.
        const refusal = addresses
          .map((address) => checkAddress(address, refuse))
          .find((refused) => refused !== undefined);
        if (refusal) throw refusal;
        raceConnections(
          addressesToTry(addresses),
          (address, connected) => connectTo(address, connected),
          callback,
        );
      } catch (error) {
        callback(error as Error, null);
      }
    }

    function connectTo(address: string, connected: buildConnector.Callback): Socket {
      return connect({ ...options, hostname: address }, (error, socket) => {
        if (error) return connected(error, null);
        const fault = checkPeer(socket.remoteAddress, refuse);
        if (!fault) return connected(null, socket);
        socket.destroy();
        connected(fault, null);
      });
    }
  };
}

/**
 * Checks the address that a socket is connected to. A connection that was reset right after its handshake has none any
 * more: it is lost, and says nothing about the receiver's address.
 */
export function checkPeer(
  remoteAddress: string | undefined,
  refuse: (address: string) => AddressRefusal | undefined,
): Error | undefined {
  return remoteAddress === undefined ? new errors.SocketError('closed') : checkAddress(remoteAddress, refuse);
}

function checkAddress(
  address: string,
  refuse: (address: string) => AddressRefusal | undefined,
): RefusedConnection | undefined {
  const refusal = refuse(address);
  return refusal && new RefusedConnection(refusal, address);
}
