import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a module of this folder as lib/webhook-function.ts bundles ours. Returns the bundle's file. */
export async function bundle(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.js`);
  // Without it, a folder within a package of ES modules would not load CommonJS.
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  await build({
    entryPoints: [new URL(`./${name}.ts`, import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
  return outfile;
}
