import { fileURLToPath } from 'node:url';
import { createConfig, lint } from '@redocly/openapi-core';

/** Fails for whatever Redocly's linter, at its strictest and without the network, finds in docs/openapi.json. */
const config = await createConfig({
  extends: ['recommended-strict'],
  // The document itself is served to everybody, and refuses nobody.
  rules: { 'operation-4xx-response': 'off' },
});
const ref = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));
const problems = await lint({ ref, config });
for (const { ruleId, message, location } of problems)
  console.error(`docs/openapi.json ${location[0]?.pointer ?? ''}: ${message} (${ruleId})`);
process.exitCode = problems.length > 0 ? 1 : 0;
