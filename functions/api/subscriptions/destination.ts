import { explainUrlRefusal } from '../../../core/receivers/callback-address.ts';
import { addressInHost, refuseAddress } from '../../../core/receivers/public-address.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { RequestContext } from '../http/handler.ts';
import type { ProblemIssue } from '../http/refusal.ts';

/**
 * Says why a URL may not be registered although its text is good. This only helps the caller to notice early: the sender
 * checks again whenever it opens a socket. The answer is the same whatever a name resolves to, and if it does not
 * resolve: nobody can use it to ask our name servers about what is inside.
 */
export function createDestinationCheck({
  rules,
  names,
  telemetry,
}: Pick<ApiDeps, 'rules' | 'names' | 'telemetry'>) {
  return async function findFault(
    href: string,
    { ownHost }: Pick<RequestContext, 'ownHost'>,
  ): Promise<ProblemIssue | undefined> {
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
