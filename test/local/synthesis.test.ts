import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as synthesis from '../../local/synthesis.ts';
import { createScratchCopy, type ScratchCopy } from '../../scripts/scratch-copy.ts';

// Without the bundles, which take the most time and play no part here.
const context = { stage: 'local', 'aws:cdk:bundling-stacks': [] };

let copy: ScratchCopy;
let folder: string;
let synthesize: typeof synthesis.synthesize;
beforeAll(async () => {
  copy = createScratchCopy();
  folder = await mkdtemp(join(tmpdir(), 'webhooks-assemblies-'));
  const file = pathToFileURL(join(copy.folder, 'local/synthesis.ts')).href;
  ({ synthesize } = (await import(file)) as typeof synthesis);
});
afterAll(async () => {
  copy.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('stacks are synthesized', () => {
  test('once for all that ask at the same time, and not again for those that ask later', async () => {
    const all = await Promise.all([1, 2, 3].map(() => synthesize(context, folder)));

    expect(all.filter(({ isReused }) => !isReused)).toHaveLength(1);
    for (const { stacks } of all) expect(stacks).toEqual(all[0]?.stacks);
    expect(all[0]?.stacks.map(({ name }) => name.split('-')[1])).toEqual([
      'local',
      'local',
      'local',
      'local',
    ]);
    expect(await synthesize(context, folder)).toMatchObject({ isReused: true });
  });

  test('anew for another context', async () => {
    const other = { ...context, retentionDays: '40' };

    const { stacks, isReused } = await synthesize(other, folder);

    expect(isReused).toBe(false);
    expect(JSON.stringify(stacks)).toContain('"RETENTION_DAYS":"40"');
  });

  test('anew once a source has changed, and not for a change of tests or documents', async () => {
    await synthesize(context, folder);
    await writeFile(join(copy.folder, 'docs/another.md'), '# Another page\n');
    expect(await synthesize(context, folder)).toMatchObject({ isReused: true });

    for (const source of ['core/batches.ts', 'docs/openapi.json']) {
      await appendFile(join(copy.folder, source), '\n');
      expect(await synthesize(context, folder)).toMatchObject({ isReused: false });
    }
  });

  test('not at all under a context that does not fit, as often as it is tried', async () => {
    const wrong = { ...context, retentionDays: '1' };
    const complaint =
      /the CDK app failed [\s\S]*-c retentionDays: must be a whole number of days from 21 to 3650/;
    await expect(synthesize(wrong, folder)).rejects.toThrow(complaint);
    await expect(synthesize(wrong, folder)).rejects.toThrow(complaint);
  });
});
