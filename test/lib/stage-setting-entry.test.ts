import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChangedCopy, createChangedCopy } from '../support/changed-copy.ts';

describe('a further stage setting takes one entry, its name in the list of the function that reads it, and then', () => {
  const settingsFile = 'core/settings/stage-settings.ts';
  const entry = `  greetingPauseSeconds: wholeNumber({
    unit: 'seconds',
    min: 2,
    max: 60,
    default: 7,
    summary: 'How long a greeting pauses.',
  }),
`;
  const end = '} satisfies Record<string, Setting>;';
  const list = 'export const dispatcherEnv = functionEnv(dispatcherResources, [';
  const name = "'greetingPauseSeconds', ";

  /** Uses the setting by its name, as a handler would. */
  const use = `import { dispatcherEnv, type ResourceVariables, readEnv, sweeperEnv } from './env.ts';
export const pauseSeconds: number = readEnv(dispatcherEnv, process.env).settings.greetingPauseSeconds;
// @ts-expect-error: this one has not named it.
export const unnamed = readEnv(sweeperEnv, process.env).settings.greetingPauseSeconds;
// @ts-expect-error: a stack must not forget the queue.
export const forgetful: ResourceVariables<typeof sweeperEnv.resources> = { TABLE_NAME: '', METRICS_NAMESPACE: '' };
`;

  let copy: ChangedCopy;
  beforeAll(() => {
    copy = createChangedCopy();
    copy.replace(settingsFile, end, entry + end);
    copy.replace('functions/env.ts', list, list + name);
  });
  afterAll(() => copy.remove());

  test('the sources compile, a handler that has named it gets it as a number, and one that has not does not', () => {
    copy.write('functions/use.ts', use);
    expect(copy.compile()).toBe('');
  });

  test('-c sets it, and it stands in the environment of that function alone', () => {
    expect(variablesWith({ greetingPauseSeconds: '9' }, {})).toEqual([
      { Dispatcher: '9' },
      { Dispatcher: '7' },
    ]);
  });

  test('-c refuses what is beyond its limits, with what fits', () => {
    expect(() => variablesWith({ greetingPauseSeconds: '61' })).toThrow(
      '-c greetingPauseSeconds: must be a whole number of seconds from 2 to 60',
    );
  });

  test('its function reads it as a number', () => {
    const { settings } = copy.run(`
      import { dispatcherEnv, readEnv } from './functions/env.ts';
      console.log(JSON.stringify(readEnv(dispatcherEnv, {
        TABLE_NAME: 'table', METRICS_NAMESPACE: 'metrics', DELIVERY_QUEUE_URL: 'https://sqs.example/deliveries',
        EVENT_BUS_NAME: 'events', RETENTION_DAYS: '30', CACHE_MS: '5000', GREETING_PAUSE_SECONDS: '9',
      })));
    `) as { settings: object };
    expect(settings).toHaveProperty('greetingPauseSeconds', 9);
  });

  test('`npm start -- --help` lists it', () => {
    expect(copy.start('local/start.ts', '--help').stdout).toContain(
      `  greetingPauseSeconds (default: 7)
    Must be a whole number of seconds from 2 to 60.
    How long a greeting pauses.
`,
    );
  });

  test('the page on settings and the schema for editors are reported as stale, and hold it once they are written again', () => {
    expect(copy.generateDocs('--check')).toMatchObject({
      status: 1,
      stderr: ['docs/settings.md', 'docs/stage.schema.json']
        .map((path) => `${path} is not what the sources say: run \`npm run docs\` and commit it\n`)
        .join(''),
    });
    expect(copy.generateDocs().status).toBe(0);
    expect(copy.read('docs/settings.md')).toContain(
      '| `greetingPauseSeconds` | a whole number of seconds from 2 to 60 | 7 | How long a greeting pauses. |',
    );
    expect(copy.read('docs/stage.schema.json')).toContain('"greetingPauseSeconds"');
    expect(copy.generateDocs('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  /** For each context, what the template gives to which function. */
  function variablesWith(...contexts: Record<string, string>[]): unknown {
    return copy.run(`
      import { App } from 'aws-cdk-lib';
      import { createStacks } from './lib/stacks.ts';
      const given = ${JSON.stringify(contexts)}.map((context, place) => {
        const app = new App({ outdir: 'cdk.out/' + place, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
        createStacks(app);
        const resources = app.synth().stacks.flatMap(({ template }) => Object.entries(template.Resources));
        const values = resources.map(([id, { Type, Properties }]) => [
          id.replace(/Function.*/, ''),
          Type === 'AWS::Lambda::Function' && Properties.Environment.Variables.GREETING_PAUSE_SECONDS,
        ]);
        return Object.fromEntries(values.filter(([, value]) => value));
      });
      console.log(JSON.stringify(given));
    `);
  }
});
