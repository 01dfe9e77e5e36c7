'use strict';

// Runs before `npm start` and `npm test`, on whatever Node is there: only syntax that an old one reads.
const needed = 24;
const found = Number(process.versions.node.split('.')[0]);
if (found < needed) {
  console.error(
    `Node ${needed} is needed and this is ${process.version}. On linux-x64, linux-arm64 and win-x64 \`npm ci\` brings it; elsewhere install it.`,
  );
  process.exit(1);
}
