import { startNameServer, type Zone } from '../support/name-server.ts';

/** Public, for whoever looks at it; in the namespace of a run it is this machine's own as every other. */
export const publicAddress = '93.184.215.14';

/** What receivers' names stand for. Only where the system's name server is the run's own. */
export type Names = Awaited<ReturnType<typeof startNames>>;

export async function startNames() {
  const zone: Record<string, Zone[string]> = {};
  const nameServer = await startNameServer(zone, 53);
  return {
    /** One address, or no answer at all. */
    set(name: string, answer: string): void {
      zone[name] = answer === 'silent' ? answer : [[answer]];
    },
    close: nameServer.close,
  };
}
