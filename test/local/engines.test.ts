import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

test('the table engine closes unharmed while it works for clients that have died', async () => {
  const probe = fileURLToPath(new URL('../support/engines-probe.ts', import.meta.url));

  await expect(promisify(execFile)(process.execPath, [probe])).resolves.toMatchObject({ stdout: '' });
});
