import { join } from 'node:path';
import { describeFunctions } from '../local/create-resources.ts';
import type { EngineUrls } from '../local/engines.ts';
import { readResources } from '../local/resources.ts';
import { synthesize } from '../local/synthesis.ts';
import type { MeasuredHandler } from './measured-process.ts';

/** A stage with the settings of a deployment, but for those without which nothing could be measured on one machine. */
const benchContext = {
  stage: 'dev',
  // Receivers listen on loopback.
  allowPrivateCallbacks: 'true',
  // The highest rates: one process makes more calls than the defaults allow to one host.
  accountRatePerSecond: '100000',
  hostRatePerSecond: '100000',
};

/** The bundles and environments of the deployed functions, by their id in the app, such as `Deliverer`. */
export async function synthesizeFunctions(
  urls: EngineUrls,
): Promise<(id: string) => MeasuredHandler & { readonly tableName: string }> {
  const { stacks } = await synthesize(benchContext);
  const functions = describeFunctions(
    readResources(stacks, { ...urls, portalUrl: 'http://127.0.0.1' }),
    urls,
  );
  return (id) => {
    const found = functions.find(({ name }) => name.includes(`${id}Function`));
    if (!found) throw new Error(`the templates have no function ${id}`);
    const [file = '', handler = ''] = found.handler.split('.');
    const { environment } = found;
    return {
      file: join(found.codeFolder, `${file}.js`),
      handler,
      environment,
      tableName: environment['TABLE_NAME'] ?? '',
    };
  };
}
