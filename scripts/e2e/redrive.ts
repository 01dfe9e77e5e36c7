import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Target } from './target.ts';

/** The operator's command, run as an operator runs it. */

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Counts and changes nothing. Resolves with what was printed. */
export function showHeld(target: Target, queueName: string, signal: AbortSignal): Promise<string> {
  return run(target, ['--queue', queueName, '--dry-run'], signal);
}

export function sendHeld(target: Target, queueName: string, signal: AbortSignal): Promise<string> {
  return run(target, ['--queue', queueName], signal);
}

function run({ outputsFile, environment }: Target, args: string[], signal: AbortSignal): Promise<string> {
  const options = { cwd: repositoryRoot, env: { ...process.env, ...environment }, signal };
  const command = ['scripts/redrive.ts', '--outputs', outputsFile, ...args];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else
        reject(new Error(`npm run redrive -- ${args.join(' ')} failed: ${stderr.trim() || error.message}`));
    });
  });
}
