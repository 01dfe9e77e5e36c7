import { buildConnector } from 'undici';
import type { NameResolver } from '../core/receivers/name-resolver.ts';
import { type AddressRefusal, addressInHost, refuseAddress } from '../core/receivers/public-address.ts';

/** For a connection with its TLS handshake; once it has passed, no further address of a name is tried. */
const deadlineMs = 5_000;

/** A connection that was not even tried; `code` is classified in core/receivers/delivery-outcome.ts. */
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
  /** A stage for development lets callbacks reach this machine; everything else stays as it is. */
  readonly allowPrivateCallbacks: boolean;
}

/**
 * Opens sockets to public addresses only, whatever a URL or a name server says. undici's own `lookup` hook would not be
 * asked for IP literals, and a name that was checked anywhere else may have another address by now.
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
        // One answer that is not public makes all of them suspect: it is how a name is turned inwards step by step.
        const refusal = addresses.map(refuse).find((reason) => reason !== undefined);
        if (refusal) throw new RefusedConnection(refusal);
        connectToFirst(addresses);
      } catch (error) {
        callback(error as Error, null);
      }
    }

    function connectToFirst([address = '', ...others]: readonly string[]): void {
      connect({ ...options, hostname: address }, (error, socket) => {
        // A list of hundreds of addresses must not make us knock at each of them.
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
