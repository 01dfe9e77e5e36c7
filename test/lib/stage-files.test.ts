import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { defaultSettings } from '../../core/settings/stage-settings.ts';
import { readStage } from '../../lib/stage.ts';
import { stagesFolder } from '../../lib/stage-file.ts';
import { maxBatchesInFlight } from '../../local/event-source-mapping.ts';
import { describeStageFile } from '../../scripts/docs/stage-schema.ts';
import { contextNode } from './context-node.ts';
import type { Context } from './synthesized-template.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'webhooks-stages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The stage `crm` with this file, and with this context on top. */
function readCrm(file: string | object, context: Context = {}) {
  writeFileSync(join(folder, 'crm.json'), typeof file === 'string' ? file : JSON.stringify(file, null, 2));
  return readStage(contextNode({ stage: 'crm', ...context }), folder);
}

describe('the file of a stage', () => {
  test('that says nothing leaves every default', () => {
    expect(readCrm({})).toMatchObject({ ...defaultSettings, stage: 'crm' });
  });

  test.each([
    [{ cacheMs: 700 }],
    [{ protectData: false }],
    [{ receiverVerification: 'required' }],
    [{ callbackPorts: [443, 9443] }],
    [{ retryScheduleSeconds: [0, 5] }],
    [{ corsOrigins: [] }],
    [{ corsOrigins: ['https://app.iomnihub.example', 'https://crm.example'] }],
    [{ publisherPrincipalArn: 'arn:aws:iam::111122223333:role/team/helpdesk' }],
    [{ tableName: 'Restored.table_2-b' }],
  ])('sets a value of its own type: %j', (file) => {
    expect(readCrm({ $schema: '../docs/stage.schema.json', ...file })).toMatchObject(file);
    expect(createCheck()(file)).toBe(true);
  });

  test('gives way to the context, for that one value only', () => {
    expect(readCrm({ cacheMs: 700, retentionDays: 60 }, { cacheMs: '900' })).toMatchObject({
      cacheMs: 900,
      retentionDays: 60,
    });
  });

  const cacheMs = 'cacheMs: must be a whole number of milliseconds from 100 to 5000';
  test.each<[string, object, string]>([
    ['a value that is too large', { cacheMs: 5_001 }, `stages-\\w+/crm.json:2: ${cacheMs}`],
    ['a number as text', { cacheMs: '500' }, cacheMs],
    ['no value', { cacheMs: null }, cacheMs],
    ['a flag as text', { protectData: 'true' }, 'protectData: must be true or false'],
    ['a list as text', { callbackPorts: '443,8443' }, 'callbackPorts: must be ports such as 443,8443'],
    ['one value for a list', { callbackPorts: 443 }, 'callbackPorts: must be ports'],
    ['two entries in one', { ownHosts: ['a.example,b.example'] }, 'ownHosts: must be host names'],
    ['an object in a list', { ownHosts: [{}] }, 'ownHosts: must be host names'],
    ['an object', { tableName: { name: 'x' } }, 'tableName: must be the name of a DynamoDB table'],
    [
      'a role that could be anybody',
      { publisherPrincipalArn: 'arn:aws:iam::*:role/helpdesk' },
      'publisherPrincipalArn: must be the ARN of an IAM principal',
    ],
    [
      'a misspelt name',
      { retentionDays: 60, cachems: 500 },
      'crm.json:3: cachems: no such setting; rename it to cacheMs, or remove it; docs/settings.md lists all settings',
    ],
    ['a name like no other', { colour: 'red' }, 'crm.json:2: colour: no such setting; remove it; docs/'],
    ['a stage', { stage: 'crm' }, 'crm.json:2: stage: is the name of the file; remove it'],
  ])('is refused with %s, by its line', (_, file, message) => {
    expect(() => readCrm(file)).toThrow(new RegExp(message));
    expect(createCheck()(file)).toBe(false);
  });

  test('is refused with all that is wrong at once, there and in the context', () => {
    const refused = () => readCrm({ cacheMs: 1, colour: 'red' }, { retentionDays: '1' });
    expect(refused).toThrow(/crm\.json:3: colour: .*\n.*\/crm\.json:2: cacheMs: .*\n {2}-c retentionDays: /);
  });

  test.each([
    ['nothing', '', 1],
    ['a comma too many', '{\n  "cacheMs": 500,\n}', 3],
    ['a comma too few', '{\n  "cacheMs": 500\n  "retentionDays": 60\n}', 3],
    ['no end', '{\n  "cacheMs": 500\n', 3],
    ['a comment', '{\n  // short\n  "cacheMs": 500\n}', 2],
    ['a word that is no value', '{\n\n  "cacheMs": abc\n}', 3],
  ])('that is not JSON, because it has %s, is refused with the line', (_, text, line) => {
    expect(() => readCrm(text)).toThrow(new RegExp(`/crm\\.json:${line}: is not JSON: [a-z]`));
  });

  test.each([['[]'], ['"cacheMs"'], ['null']])('that is no object is refused: %s', (text) => {
    expect(() => readCrm(text)).toThrow('/crm.json:1: must be an object');
  });

  test('that has a setting twice is refused with the second line', () => {
    expect(() => readCrm('{\n  "cacheMs": 500,\n  "cacheMs": 600\n}')).toThrow(
      '/crm.json:3: cacheMs: is there already; remove one of the two',
    );
  });

  test('must exist: a misspelt stage is refused with the one that was meant', () => {
    readCrm({});
    expect(() => readStage(contextNode({ stage: 'crn' }), folder)).toThrow(
      /-c stage=crn: there is no .*\/crn\.json; the stages are crm; did you mean crm\?; for a new stage, create/,
    );
  });
});

test('a misspelt name in the context is refused with the one that was meant', () => {
  expect(() => readCrm({}, { retrySchedulSeconds: '0' })).toThrow('did you mean retryScheduleSeconds?');
});

describe('the files of this repository', () => {
  const files = readdirSync(stagesFolder);

  test.each(files)('%s is a stage, and its schema for editors has nothing against it', (file) => {
    const values = JSON.parse(readFileSync(join(stagesFolder, file), 'utf8')) as { $schema: string };
    const { $schema, ...settings } = values;

    expect($schema).toBe('../docs/stage.schema.json');
    expect(readStage(contextNode({ stage: file.replace('.json', '') }))).toMatchObject(settings);
    expect(createCheck()(values)).toBe(true);
  });

  test('protect data in production, and say so for every stage', () => {
    const protectedStages = files
      .map((file) => readStage(contextNode({ stage: file.replace('.json', '') })))
      .map(({ stage, protectData }) => [stage, protectData]);
    expect(Object.fromEntries(protectedStages)).toEqual({ dev: false, local: false, prod: true });
  });

  test('give the local run as many deliverers as it has batches, so that an account gets its share of them', () => {
    expect(readStage(contextNode({ stage: 'local' })).maxDeliverers).toBe(maxBatchesInFlight);
  });
});

function createCheck() {
  return new Ajv({ allErrors: true }).compile(JSON.parse(describeStageFile()) as object);
}
