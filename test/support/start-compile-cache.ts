import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The programs that tests start share what Node.js has compiled: to load the CDK or the SDK takes half the time. */
export default async function startCompileCache(): Promise<void> {
  process.env['NODE_COMPILE_CACHE'] = await mkdtemp(join(tmpdir(), 'webhooks-compile-cache-'));
}
