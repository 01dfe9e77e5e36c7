import { maxHostsPerMinute } from '../../../core/receivers/named-hosts.ts';
import { hostOf } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuseTooManyRequests } from '../http/refusal.ts';

/**
 * Refuses an account that names many hosts in a minute, before anything is asked about the next one: otherwise our name
 * servers and our calls would tell it which hosts exist and what listens there.
 */
export function createHostLimit({ namedHosts, now }: Pick<ApiDeps, 'namedHosts' | 'now'>) {
  return async function refuseScan(accountId: string, url: string): Promise<Refusal | undefined> {
    const at = now();
    if (await namedHosts.nameHost(accountId, hostOf({ url }), at)) return undefined;
    const detail = `An account may name at most ${maxHostsPerMinute} hosts in a minute.`;
    return refuseTooManyRequests(detail, 60 - at.getUTCSeconds());
  };
}
