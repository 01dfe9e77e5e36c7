'use strict';

// Builds the client for `import` and for `require`. It also runs when packages are installed, on whatever Node is there:
// only syntax that an old one reads.
const { spawn } = require('node:child_process');
const { mkdirSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const client = join(__dirname, '../client');
const compiler = join(__dirname, '../node_modules/typescript/bin/tsc');

// What is left of an earlier build would be packed.
rmSync(join(client, 'dist'), { recursive: true, force: true });
mkdirSync(join(client, 'dist/cjs'), { recursive: true });
writeFileSync(join(client, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n');
for (const config of ['tsconfig.json', 'tsconfig.cjs.json']) {
  spawn(process.execPath, [compiler, '-p', join(client, config)], { stdio: 'inherit' }).on(
    'exit',
    (status) => {
      if (status !== 0) process.exitCode = 1;
    },
  );
}
