import { Resolver } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import type { NameResolver } from '../core/receivers/name-resolver.ts';

/**
 * Asks the name servers through c-ares. The system's own lookup runs on Node's four threads: a few names that answer
 * slowly would hold up every callback of the process. No name server is asked for localhost (RFC 6761, 6.3).
 * `deadlineMs`: for a whole look-up, with one repetition of a question that got lost.
 */
export function createNameResolver(servers?: readonly string[], deadlineMs = 1_000): NameResolver {
  const resolver = new Resolver({ timeout: deadlineMs / 2, tries: 2 });
  if (servers) resolver.setServers(servers);
  return {
    async resolveName(name) {
      if (/^(.+\.)?localhost$/.test(name)) return ['127.0.0.1', '::1'];
      // Each by itself: a name server that is silent on IPv6 must not cost the address that it has told.
      const late = setTimeout(deadlineMs, [], { ref: false });
      const ask = (question: Promise<string[]>) => Promise.race([question.catch(() => []), late]);
      return (await Promise.all([ask(resolver.resolve4(name)), ask(resolver.resolve6(name))])).flat();
    },
  };
}
