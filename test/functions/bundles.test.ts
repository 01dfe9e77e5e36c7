import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Bundle, readBundle } from '../../bench/cold-start/bundle.ts';
import { synthesizeFunctions } from '../../bench/deployed-functions.ts';

/** What is deployed, and so has to be read at every cold start. */

const names = ['Dispatcher', 'Deliverer', 'Sweeper', 'Authorizer', 'Api'] as const;
const folders: Record<string, string> = {};
const bundles: Record<string, Bundle> = {};

beforeAll(async () => {
  const url = 'http://127.0.0.1:1';
  const findFunction = await synthesizeFunctions({ dynamoUrl: url, sqsUrl: url, kmsUrl: url });
  for (const name of names) {
    const { file } = findFunction(name);
    folders[name] = dirname(file);
    bundles[name] = await readBundle(file);
  }
}, 120_000);

function sourcesOf(name: string): readonly string[] {
  return bundles[name]?.sources ?? [];
}

test.each(names)('the shares of the %s are those of all its bytes', (name) => {
  const { bytes = 0, shares = new Map<string, number>() } = bundles[name] ?? {};
  const sum = [...shares.values()].reduce((total, share) => total + share, 0);

  expect(shares.get('core/')).toBeGreaterThan(1_000);
  expect(shares.get('@smithy/core')).toBeGreaterThan(10_000);
  expect(sum).toBeLessThanOrEqual(bytes);
  expect(sum).toBeGreaterThan(bytes * 0.9);
});

describe.each(names)('the %s', (name) => {
  test('takes its credentials from the environment, and holds no other way to get any', () => {
    expect(sourcesOf(name)).toContain('node_modules/@aws-sdk/credential-provider-env/dist-es/fromEnv.js');
    expect(
      sourcesOf(name).filter((source) => /credential-provider-(?!env)|nested-clients/.test(source)),
    ).toEqual([]);
  });

  test('loads no module of Node.js by `import()`, but by `require()`', () => {
    const text = readFileSync(join(folders[name] ?? '', 'index.js'), 'utf8');

    expect(text).toContain('require("node:http")');
    expect(text).not.toMatch(/\bimport\(/);
  });
});

test('the deliverer holds the parts of undici that make calls, and one parser', () => {
  const undici = sourcesOf('Deliverer').filter((source) => source.includes('/undici/'));

  expect(undici).toContain('node_modules/undici/lib/dispatcher/pool.js');
  expect(undici).toContain('node_modules/undici/lib/llhttp/llhttp_simd-wasm.js');
  expect(
    undici.filter((source) => /undici\/index|\/(milo|mock|cache|interceptor|llhttp-wasm)/.test(source)),
  ).toEqual([]);
});

test('the API has the prepared OpenAPI document beside its bundle, and nothing of what makes it', () => {
  const served = readFileSync(join(folders['Api'] ?? '', 'openapi.json'), 'utf8');

  expect(served).toBe(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
  expect(sourcesOf('Api')).toContain('functions/api/router.ts');
  expect(sourcesOf('Api').filter((source) => /zod-openapi|openapi\.json/.test(source))).toEqual([]);
  expect(existsSync(join(folders['Dispatcher'] ?? '', 'openapi.json'))).toBe(false);
});
