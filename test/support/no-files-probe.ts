import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { createNameResolver } from '../../adapters/dns-name-resolver.ts';

/** Run in a process that may have few files open. Resolves a name while there are no more, and prints what came of it. */

const names = createNameResolver(['127.0.0.1']);
const files: number[] = [];
try {
  for (;;) files.push(openSync(devNull, 'r'));
} catch {
  // None is left.
}
const result = await names.resolveName('receiver.example.com').then(
  (addresses) => `addresses: ${addresses.join(', ')}`,
  ({ code }: NodeJS.ErrnoException) => String(code),
);
for (const file of files) closeSync(file);
process.stdout.write(`${result}\n`);
