import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** By the packages' and files' paths, as esbuild bundles the function for its deployment. */
function bundledFiles(): string[] {
  const script = `
    import { build } from 'esbuild';
    const { metafile } = await build({
      entryPoints: ['functions/api.lambda.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      write: false,
      metafile: true,
      outdir: 'unused',
    });
    console.log(JSON.stringify(Object.keys(metafile.inputs)));
  `;
  const cwd = new URL('../..', import.meta.url);
  const options = { cwd, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 } as const;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], options),
  ) as string[];
}

test('the function carries the prepared OpenAPI document, and not what makes it', () => {
  const files = bundledFiles();

  expect(files).toContain('docs/openapi.json');
  expect(files).toContain('functions/api/router.ts');
  expect(files.filter((file) => file.includes('zod-openapi'))).toEqual([]);
});
