import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const repository = fileURLToPath(new URL('../../', import.meta.url));

test('the workflow of the host runs .ci/run, which can be run', async () => {
  const workflow = await readFile(join(repository, '.github/workflows/ci.yml'), 'utf8');

  expect(workflow).toMatch(/^ +- run: \.ci\/run$/m);
  await expect(access(join(repository, '.ci/run'), constants.X_OK)).resolves.toBeUndefined();
});
