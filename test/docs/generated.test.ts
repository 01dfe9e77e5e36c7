import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { documents, root } from '../../scripts/docs/documents.ts';

/**
 * Readers rely on every value, limit and default in these documents. So a change of one in the sources shows here, and
 * then in the diff of the document.
 */
test.each(Object.entries(documents))('%s says what the sources say', async (path, describe) => {
  const current = readFileSync(new URL(path, root), 'utf8');

  expect(await describe(current)).toBe(current);
});
