import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** What the helpdesk backend gets when it installs the package: its published files and its two dependencies. */
describe('the client package', () => {
  let backend: string;

  beforeAll(() => {
    backend = mkdtempSync(join(tmpdir(), 'backend-'));
    const packed = execFileSync(
      'npm',
      ['pack', '--workspace', 'client', '--json', '--pack-destination', backend, '--loglevel', 'error'],
      {
        cwd: repositoryRoot,
        encoding: 'utf8',
      },
    );
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
    const installed = join(backend, 'node_modules', '@iomnihub', 'webhooks-client');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(backend, filename), '-C', installed, '--strip-components', '1']);
    for (const dependency of [
      'zod',
      '@aws-sdk',
      '@smithy',
      '@types',
      'typescript',
      '@typescript',
      'undici-types',
    ]) {
      symlinkSync(
        join(repositoryRoot, 'node_modules', dependency),
        join(backend, 'node_modules', dependency),
      );
    }
    writeFileSync(join(backend, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rmSync(backend, { recursive: true }));

  test('runs as plain JavaScript', () => {
    writeFileSync(
      join(backend, 'publish.js'),
      `import { createPublisher } from '@iomnihub/webhooks-client/publisher';
       const publisher = createPublisher({ eventBusName: 'events' });
       console.log(JSON.stringify(await publisher.publish([{ type: 'nothing' }])));`,
    );
    const output = execFileSync(process.execPath, ['publish.js'], {
      cwd: backend,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], AWS_REGION: 'us-east-1' },
    });
    expect(JSON.parse(output)).toMatchObject({ published: [], unpublished: [{ reason: 'invalid' }] });
  });

  test('types events for a TypeScript backend', () => {
    cpSync(join(repositoryRoot, 'test/client/typed-backend.ts.txt'), join(backend, 'backend.ts'));
    const compile = () =>
      execFileSync(
        process.execPath,
        [
          'node_modules/typescript/bin/tsc',
          '--noEmit',
          '--strict',
          '--module',
          'nodenext',
          '--types',
          'node',
          'backend.ts',
        ],
        { cwd: backend, encoding: 'utf8', stdio: 'pipe' },
      );
    expect(compile()).toBe('');
  });
});
