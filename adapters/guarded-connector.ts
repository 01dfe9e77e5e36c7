import { buildConnector } from 'undici';
import type { NameResolver } from '../core/receivers/name-resolver.ts';
import { type AddressRefusal, addressInHost, refuseAddress } from '../core/receivers/public-address.ts';

/** For connecting, including the TLS handshake. After it, no further address of the name is tried. */
const deadlineMs = 5_000;

/** A connection that was refused before it was tried. core/receivers/delivery-outcome.ts classifies its `code`. */
export class RefusedConnection extends Error {
  readonly code: 'CALLBACK_NAME_UNRESOLVED' | 'CALLBACK_ADDRESS_FORBIDDEN';
  readonly refusal: AddressRefusal | undefined;

  constructor(refusal?: AddressRefusal) {
    super(refusal ?? 'the name has no address');
    this.code = refusal ? 'CALLBACK_ADDRESS_FORBIDDEN' : 'CALLBACK_NAME_UNRESOLVED';
    this.refusal = refusal;
  }
}

export interface ConnectorRules {
  /** Lets callbacks of a development stage reach this machine. All other rules still hold. */
  readonly allowPrivateCallbacks: boolean;
}

/**
 * Opens sockets to public addresses only, whatever a URL or a name server says. undici's own `lookup` hook is not
 * called for IP literals. A name that was checked elsewhere may have another address by the time of the connection.
 */
export function createGuardedConnector(
  { resolveName }: NameResolver,
  { allowPrivateCallbacks }: ConnectorRules,
): buildConnector.connector {
  const refuse = allowPrivateCallbacks ? () => undefined : refuseAddress;
  const connect = buildConnector({ timeout: deadlineMs, allowH2: false });

  return (options, callback) => {
    const giveUpAt = performance.now() + deadlineMs;
    void open();

    async function open(): Promise<void> {
      try {
        const literal = addressInHost(options.hostname);
        const addresses = literal ? [literal] : await resolveName(options.hostname);
        if (addresses.length === 0) throw new RefusedConnection();
        // One non-public address makes the whole answer suspect, because attackers mix them to reach an internal
        // address.
        const refusal = addresses.map(refuse).find((reason) => reason !== undefined);
        if (refusal) throw new RefusedConnection(refusal);
        connectToFirst(addresses);
      } catch (error) {
        callback(error as Error, null);
      }
    }

    function connectToFirst([address = '', ...others]: readonly string[]): void {
      connect({ ...options, hostname: address }, (error, socket) => {
        // Stop after a while: a name may have hundreds of addresses, and we must not try them all.
        if (error && others.length > 0 && performance.now() < giveUpAt) return connectToFirst(others);
        if (error) return callback(error, null);
        const refusal = refuse(socket.remoteAddress ?? '');
        if (!refusal) return callback(null, socket);
        socket.destroy();
        callback(new RefusedConnection(refusal), null);
      });
    }
  };
}
