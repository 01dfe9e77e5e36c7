import { explainUrlRefusal } from '../../../core/receivers/callback-address.ts';
import { addressInHost, refuseAddress } from '../../../core/receivers/public-address.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { CallerContext } from '../http/handler.ts';
import { type Refusal, refuseInvalid } from '../http/refusal.ts';
import { createHostLimit } from './host-limit.ts';

/**
 * Refuses a URL that may not be registered although its text is good. This only helps the caller to notice early: the
 * sender checks again whenever it opens a socket. The answer is the same whatever a name resolves to, and if it does not
 * resolve: nobody can use it to ask our name servers about what is inside.
 */
export function createDestinationCheck(
  deps: Pick<ApiDeps, 'rules' | 'names' | 'namedHosts' | 'portalUrl' | 'telemetry' | 'now'>,
) {
  const { rules, names, telemetry } = deps;
  // The page passes requests on to the API.
  const { hostname: portalHost } = new URL(deps.portalUrl);
  const refuseScan = createHostLimit(deps);

  return async function refuseDestination(
    href: string,
    { accountId, ownHost }: Pick<CallerContext, 'accountId' | 'ownHost'>,
  ): Promise<Refusal | undefined> {
    return (await refuseScan(accountId, href)) ?? (await refuseHost(new URL(href), ownHost));
  };

  async function refuseHost({ hostname, host, href }: URL, ownHost: string): Promise<Refusal | undefined> {
    if (rules.allowPrivateCallbacks) return undefined;
    if (hostname === ownHost || hostname === portalHost)
      return refuseUrl(explainUrlRefusal('own-host', rules, href));
    // The text alone has decided about an address.
    if (addressInHost(hostname)) return undefined;
    const addresses = await names.resolveName(hostname);
    const refusal =
      addresses.length === 0 ? 'unresolved' : addresses.map(refuseAddress).find((found) => found);
    if (!refusal) return undefined;
    telemetry.info('destination.refused', { host, refusal });
    telemetry.count('AddressesRefused');
    return refuseUrl('destination not allowed');
  }
}

function refuseUrl(message: string): Refusal {
  return refuseInvalid([{ field: 'url', message }]);
}
