import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { createStacks } from '../../lib/stacks.ts';
import { createApp } from './cdk-app.ts';
import { quotas } from './quotas.ts';
import { sixtyEventTypes as grown, synthesize, type Template } from './synthesized-template.ts';

/** That what is synthesized can be deployed, with the catalog of today and with one that has grown. */

/** The longest name that a stage may have. */
const stage = 's'.repeat(16);

const templates: Record<string, Template> = {};
beforeAll(async () => {
  const stagesFolder = await mkdtemp(join(tmpdir(), 'webhooks-stages-'));
  try {
    await writeFile(join(stagesFolder, `${stage}.json`), '{}');
    templates['the catalog'] = await synthesize({ stage }, { stagesFolder });
    templates['60 event types'] = await synthesize({ stage }, { stagesFolder, catalog: grown });
  } finally {
    await rm(stagesFolder, { recursive: true });
  }
});
const templateOf = (name: string): Template => {
  const found = templates[name];
  if (!found) throw new Error(`there is no template for ${name}`);
  return found;
};

describe.each(['the catalog', '60 event types'])('with %s', (name) => {
  test.each(quotas.map((quota) => [quota.what, quota] as const))(
    '%s are no more than AWS takes',
    (_, quota) => {
      const over = quota.measure(templateOf(name)).filter(([, value]) => !(value <= quota.max));

      expect(over).toEqual([]);
    },
  );

  test('each event type has its rule, its queues and its consumer', () => {
    const template = templateOf(name);
    const types = name === 'the catalog' ? eventCatalog : grown;
    const queues = types.map(({ type }) =>
      template
        .of('AWS::SQS::Queue')
        .find(
          ({ properties }) =>
            properties.QueueName === `iomnihub-webhooks-${stage}-${type.replaceAll('.', '-')}`,
        ),
    );
    const targets = template.of('AWS::Events::Rule').flatMap(({ properties }) => properties.Targets);
    const mappings = template.of('AWS::Lambda::EventSourceMapping');

    for (const queue of queues) {
      expect(targets.filter(({ Arn }) => Arn === queue?.arn)).toHaveLength(1);
      expect(mappings.filter(({ properties }) => properties.EventSourceArn === queue?.arn)).toHaveLength(1);
    }
    expect(new Set(queues).size).toBe(types.length);
  });
});

test('every quota bounds something', () => {
  const grownTemplate = templateOf('60 event types');

  expect(quotas.filter(({ measure }) => measure(grownTemplate).length === 0)).toEqual([]);
});

describe('more event types', () => {
  test('are more resources of the stack of events, and no more references between stacks', () => {
    const exportsOf = (name: string) =>
      templateOf(name).raw.map(({ stack, template: { Outputs = {} } }) => [
        stack,
        Object.values(Outputs).filter(({ Export }) => Export).length,
      ]);

    expect(exportsOf('60 event types')).toEqual(exportsOf('the catalog'));
    expect(Object.fromEntries(exportsOf('the catalog'))).toMatchObject({ Events: 0 });
  });

  test('are deployed before the stack that finds their queues by name', () => {
    const { events, delivery } = createStacks(createApp());

    expect(delivery.dependencies).toContain(events);
  });

  test.each([
    [5, undefined, 19],
    [60, undefined, 2],
    [5, '2', 2],
    [60, '600', 9],
  ])(
    'share the dispatchers: %i types with maxDispatchers %s get %i each, beside two for events about webhooks',
    async (types, maxDispatchers, expected) => {
      const context = maxDispatchers === undefined ? {} : { maxDispatchers };
      const template = await synthesize(context, { catalog: grown.slice(0, types) });
      const consumers = template
        .of('AWS::Lambda::EventSourceMapping')
        .filter(({ properties }) => properties.FunctionName.startsWith('Delivery.Dispatcher'));

      expect(consumers.map(({ properties }) => properties.ScalingConfig)).toEqual([
        ...Array.from({ length: types }, () => ({ MaximumConcurrency: expected })),
        { MaximumConcurrency: 2 },
      ]);
    },
  );
});
