import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createOpenApiDocument } from '../../../contract/openapi/document.ts';
import { documentOfStage } from '../../../contract/openapi/stage-document.ts';

const committed = JSON.parse(
  readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'),
) as object;

test.each([750, 1_000, 3_333, 10_000, 15_000])(
  'a stage that gives calls %i ms serves the document that is made for it',
  (callbackTimeoutMs) => {
    const made: unknown = JSON.parse(JSON.stringify(createOpenApiDocument(callbackTimeoutMs)));

    expect(documentOfStage(committed, callbackTimeoutMs)).toEqual(made);
  },
);

test('the document itself stays as it is', () => {
  const before = JSON.stringify(committed);
  documentOfStage(committed, 3_000);

  expect(JSON.stringify(committed)).toBe(before);
});
