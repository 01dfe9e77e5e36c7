import { awsEnvironment } from '../../local/create-resources.ts';
import { synthesizeFunctions } from '../deployed-functions.ts';
import type { MeasuredHandler } from '../measured-process.ts';
import { bundle } from './bundle.ts';
import type { Scene } from './contestant.ts';
import { type Subscriber, storeSubscribers } from './subscribers.ts';

/** What is measured, by the name under which it is shown. */
export const builds = {
  deliverer: 'iOmniHub Webhooks',
  tutorial: 'Lambda as in tutorials',
  floor: 'Sign and POST only (floor)',
  queue: 'BullMQ, Redis, PostgreSQL',
} as const;
export type BuildName = keyof typeof builds;

/** The builds that take batches as Lambda hands them out. Their bundles of this folder go to `folder`. */
export async function prepareHandlers(
  { stub, receivers }: Pick<Scene, 'stub' | 'receivers'>,
  subscribers: readonly Subscriber[],
  folder: string,
): Promise<Readonly<Record<Exclude<BuildName, 'queue'>, MeasuredHandler>>> {
  const findFunction = await synthesizeFunctions(stub.urls);
  const { file, handler, environment, tableName } = findFunction('Deliverer');
  await storeSubscribers(subscribers, tableName, stub);
  const trusting = { NODE_EXTRA_CA_CERTS: receivers.authorityFile };
  const alike = { NODE_OPTIONS: environment['NODE_OPTIONS'] ?? '', ...trusting };
  return {
    deliverer: { file, handler, environment: { ...environment, ...trusting } },
    tutorial: {
      file: await bundle('tutorial', folder),
      handler,
      environment: { ...awsEnvironment('Tutorial', stub.urls), ...alike, TABLE_NAME: tableName },
    },
    floor: {
      file: await bundle('floor', folder),
      handler,
      environment: { ...alike, SUBSCRIBERS: JSON.stringify(subscribers) },
    },
  };
}
