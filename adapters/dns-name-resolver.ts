import { Resolver } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { faultsOfOurs } from '../core/receivers/delivery-outcome.ts';
import type { NameResolver } from '../core/receivers/name-resolver.ts';

/**
 * Asks the name servers through c-ares. The system's own lookup runs on Node's four threads, where a few slow names
 * would hold up every callback of the process. No name server is asked about localhost (RFC 6761, 6.3). `deadlineMs`
 * limits a whole look-up, including one repetition of a lost question. Rejects if a fault of ours kept it from asking.
 */
export function createNameResolver(servers?: readonly string[], deadlineMs = 1_000): NameResolver {
  const resolver = new Resolver({ timeout: deadlineMs / 2, tries: 2 });
  if (servers) resolver.setServers(servers);
  return {
    async resolveName(name) {
      if (/^(.+\.)?localhost$/.test(name)) return ['127.0.0.1', '::1'];
      // Ask for each family by itself: a name server that ignores IPv6 questions must not cost the IPv4 address that
      // it told.
      const late = setTimeout(deadlineMs, [], { ref: false });
      const ask = (question: Promise<string[]>) => Promise.race([question.catch(throwFaultOfOurs), late]);
      const answers = await Promise.allSettled([ask(resolver.resolve4(name)), ask(resolver.resolve6(name))]);
      const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      const fault = answers.find((answer) => answer.status === 'rejected');
      if (addresses.length === 0 && fault) throw fault.reason;
      return addresses;
    },
  };
}

/** Of any other error there are no addresses: it says something about the name or about its servers. */
async function throwFaultOfOurs(error: NodeJS.ErrnoException): Promise<[]> {
  if (faultsOfOurs.has(error.code ?? '')) throw error;
  // c-ares says so as well if this process has no more files for a socket. Opening one tells.
  if (error.code === 'ECONNREFUSED') await (await open(devNull)).close();
  return [];
}
