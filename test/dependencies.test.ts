import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const repository = new URL('..', import.meta.url);
const readJson = (file: string): unknown => JSON.parse(readFileSync(new URL(file, repository), 'utf8'));

const manifest = readJson('package.json') as {
  readonly dependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
};
const lockfile = readJson('package-lock.json') as {
  readonly packages: Record<string, { readonly hasInstallScript?: boolean }>;
};

test('`dependencies` names what the functions load at run time, and nothing else', () => {
  const files = globSync('{core,contract,adapters,functions}/**/*.ts', {
    cwd: repository,
    // Makes the document that the API function serves, before it is deployed.
    exclude: ['contract/openapi/**'],
  });
  const imported = files.flatMap((file) => {
    const source = readFileSync(new URL(file, repository), 'utf8');
    const modules = source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^.'][^']*)'/gm);
    return [...modules].flatMap(([, module = '']) => (module.startsWith('node:') ? [] : [packageOf(module)]));
  });

  expect(files.length).toBeGreaterThan(100);
  expect(Object.keys(manifest.dependencies).toSorted()).toEqual([...new Set(imported)].toSorted());
});

test('`allowScripts` decides on every package that has an install script, so that npm has nothing to ask', () => {
  const withScript = Object.entries(lockfile.packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript && path.includes('node_modules/') ? [path.split('node_modules/').at(-1) ?? ''] : [],
  );

  expect(Object.keys(manifest.allowScripts)).toEqual([...new Set(withScript)].toSorted());
});

/** `@aws-sdk/client-sqs/commands` -> `@aws-sdk/client-sqs` */
function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}
