import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createPatchedCopy } from './patched-product.ts';
import { invariants } from './promises.ts';

const patches = readdirSync(new URL('patches', import.meta.url)).map((file) => file.replace(/\.patch$/, ''));

test('every promise has a product that breaks it', () => {
  expect(patches).toEqual(expect.arrayContaining(Object.keys(invariants)));
});

test.each(patches)('%s fits the sources as they are', (name) => {
  const fit = () => createPatchedCopy(name).remove();

  expect(fit).not.toThrow();
});
