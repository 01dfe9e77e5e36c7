import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { refuseAddress } from '../core/public-address.ts';

/** Answers with all addresses of a name, at least one, or rejects. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** A connection that was not even tried; `code` is classified in core/delivery-outcome.ts. */
class RefusedConnection extends Error {
  readonly code: 'CALLBACK_NAME_UNRESOLVED' | 'CALLBACK_ADDRESS_FORBIDDEN';

  constructor(code: RefusedConnection['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Opens sockets to public addresses only, whatever a URL or a name server says. undici's own `lookup` hook would not be
 * asked for IP literals, and a name that was checked anywhere else may have another address by now.
 */
export function createGuardedConnector(
  resolveName: ResolveName = createNameResolver(),
): buildConnector.connector {
  const connect = buildConnector({ timeout: 5_000, allowH2: false });

  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    void open();

    async function open(): Promise<void> {
      try {
        const [first = '', ...others] = await vettedAddresses(host, resolveName);
        connectTo(first, others);
      } catch (error) {
        callback(error as Error, null);
      }
    }

    function connectTo(address: string, others: readonly string[]): void {
      connect({ ...options, hostname: address }, (error, socket) => {
        const [next, ...rest] = others;
        if (error && next) return connectTo(next, rest);
        if (error) return callback(error, null);
        const refusal = refuseAddress(socket.remoteAddress ?? '');
        if (!refusal) return callback(null, socket);
        socket.destroy();
        callback(new RefusedConnection('CALLBACK_ADDRESS_FORBIDDEN', refusal), null);
      });
    }
  };
}

/** One answer that is not public makes all of them suspect: it is how a name is turned inwards step by step. */
async function vettedAddresses(host: string, resolveName: ResolveName): Promise<readonly string[]> {
  const addresses = isIP(host) ? [host] : await resolveName(host);
  for (const address of addresses) {
    const refusal = refuseAddress(address);
    if (refusal) throw new RefusedConnection('CALLBACK_ADDRESS_FORBIDDEN', refusal);
  }
  return addresses;
}

/**
 * Asks the name servers through c-ares. The system's own lookup runs on Node's four threads: a few names that answer
 * slowly would hold up every callback of the process.
 */
export function createNameResolver(servers?: readonly string[]): ResolveName {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  if (servers) resolver.setServers(servers);
  return async (name) => {
    const results = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (addresses.length > 0) return addresses;
    const failure = results.find((result) => result.status === 'rejected');
    throw new RefusedConnection('CALLBACK_NAME_UNRESOLVED', 'the name has no address', failure?.reason);
  };
}
