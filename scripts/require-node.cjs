'use strict';

// Runs before `npm start`, `npm test` and `npm run publish`, on whatever Node is there: only syntax that an old one reads.
const fs = require('node:fs');
const path = require('node:path');

const needed = 24;
const found = Number(process.versions.node.split('.')[0]);
if (!fs.existsSync(path.join(__dirname, '../node_modules'))) {
  console.error('The packages are not installed yet; run npm ci first.');
  process.exit(1);
}
if (found < needed) {
  console.error(
    `Node ${needed} is needed and this is ${process.version}. On linux-x64, linux-arm64 and win-x64 \`npm ci\` brings it; elsewhere install it.`,
  );
  process.exit(1);
}
