import { type CallbackUrlRules, explainUrlRefusal } from '../../core/receivers/callback-address.ts';
import type { NameResolver } from '../../core/receivers/name-resolver.ts';
import { addressInHost, refuseAddress } from '../../core/receivers/public-address.ts';
import type { Telemetry } from '../telemetry.ts';
import type { ApiRequest, ProblemIssue } from './http.ts';

export interface DestinationDeps {
  readonly rules: CallbackUrlRules;
  readonly names: NameResolver;
  readonly telemetry: Telemetry;
}

/**
 * What keeps a URL whose text is good from being registered. A courtesy to the caller: the sender looks again whenever it
 * opens a socket. Whatever a name resolves to, or whether it does, gets one answer, so that nobody can ask our name
 * servers about what is inside.
 */
export function createDestinationCheck({ rules, names, telemetry }: DestinationDeps) {
  return async function findFault(href: string, { ownHost }: ApiRequest): Promise<ProblemIssue | undefined> {
    if (rules.allowPrivateCallbacks) return undefined;
    const { hostname, host } = new URL(href);
    if (hostname === ownHost) return { field: 'url', message: explainUrlRefusal('own-host', rules) };
    // The text alone has decided about an address.
    if (addressInHost(hostname)) return undefined;
    const addresses = await names.resolveName(hostname);
    const refusal =
      addresses.length === 0 ? 'unresolved' : addresses.map(refuseAddress).find((found) => found);
    if (!refusal) return undefined;
    telemetry.info('destination.refused', { host, refusal });
    telemetry.count('AddressesRefused');
    return { field: 'url', message: 'destination not allowed' };
  };
}
