import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { isNamespacePossible, namespaceArguments } from './namespace.ts';

/** Skipped where the system allows no namespace, but not where everything is checked: these suites prove the most. */
export const describeInNamespace =
  isNamespacePossible() || process.env['CI'] === 'true' ? describe : describe.skip;

/**
 * Runs a script of test/support where every address is this machine's own, so that nothing that is connected to can
 * escape notice. Writes the input to it and answers with what it prints, both as JSON.
 */
export async function runWhereEveryAddressIsLocal(
  script: string,
  { input, env = {} }: { readonly input: unknown; readonly env?: Readonly<Record<string, string>> },
): Promise<unknown> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const run = promisify(execFile)('unshare', namespaceArguments(file), {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 90_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  run.child.stdin?.end(JSON.stringify(input));
  return JSON.parse((await run).stdout);
}
