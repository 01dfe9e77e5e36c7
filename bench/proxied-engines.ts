import { type Engines, startEngines } from '../local/engines.ts';
import { startWireProxy, type WireProxy } from './wire-proxy.ts';

export interface ProxiedEngines {
  /** The engines themselves, for looking at what is there. */
  readonly engines: Engines;
  /** The same, reached through the proxies. */
  readonly proxied: Engines;
  readonly wire: { readonly sqs: WireProxy; readonly table: WireProxy; readonly kms: WireProxy };
  close(): Promise<void>;
}

/** The engines of the local run, in memory, with a proxy on every wire. */
export async function startProxiedEngines(): Promise<ProxiedEngines> {
  const engines = await startEngines(undefined);
  const wire = {
    sqs: await startWireProxy(engines.sqsUrl),
    table: await startWireProxy(engines.dynamoUrl),
    kms: await startWireProxy(engines.kmsUrl),
  };
  return {
    engines,
    proxied: { ...engines, sqsUrl: wire.sqs.url, dynamoUrl: wire.table.url, kmsUrl: wire.kms.url },
    wire,
    async close() {
      await Promise.all(Object.values(wire).map((proxy) => proxy.close()));
      await engines.close();
    },
  };
}
