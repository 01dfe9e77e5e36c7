import { beforeAll, expect, test } from '@jest/globals';
import { synthesize, type Template } from './synthesized-template.ts';

/** What a stage does with a table that exists already, such as one that was restored. */

const tableName = 'IomnihubWebhooks-restored';
const arn = `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${tableName}`;

let own: Template;
let adopting: Template;
beforeAll(async () => {
  own = await synthesize();
  adopting = await synthesize({ tableName });
});

test('it makes no table of its own, and changes no other resource of the data', () => {
  const resourcesOf = (template: Template) =>
    template.resources.filter(({ stack, type }) => stack === 'Data' && type !== 'AWS::DynamoDB::Table');
  expect(adopting.of('AWS::DynamoDB::Table')).toEqual([]);
  expect(resourcesOf(adopting)).toEqual(resourcesOf(own));
});

test('where data is protected, its own table is kept when it moves to the other', async () => {
  const { [0]: table, length } = (await synthesize({ protectData: 'true' })).of('AWS::DynamoDB::Table');
  expect(length).toBe(1);
  expect(table).toMatchObject({ deletionPolicy: 'Retain' });
});

test('every function reads and writes the table that exists', () => {
  const names = adopting
    .of('AWS::Lambda::Function')
    .map(({ properties }) => properties.Environment.Variables['TABLE_NAME']);
  expect(names).toHaveLength(5);
  expect(new Set(names)).toEqual(new Set([tableName]));
  expect(adopting.outputs).toMatchObject({ TableName: tableName });
});

test('its functions may do there what they may do at a table of its own, and nothing at any other', () => {
  const [table] = own.of('AWS::DynamoDB::Table');
  const permissionsOf = (template: Template, rename: (text: string) => string) =>
    template
      .of('AWS::IAM::Policy')
      .map(({ ref, properties }) => [ref, JSON.parse(rename(JSON.stringify(properties))) as unknown]);

  expect(permissionsOf(adopting, (text) => text)).toEqual(
    permissionsOf(own, (text) => text.replaceAll(table?.arn ?? '', () => arn)),
  );
});

test('the functions need no export of the stack that had the table, so they can move first', () => {
  const deployed = JSON.stringify(adopting.resources.filter(({ stack }) => stack !== 'Data'));
  expect(deployed).toContain(arn);
  expect(deployed).not.toContain('Data.Table');
});
