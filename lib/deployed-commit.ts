import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the functions and stacks consist of. A commit that changes none of it changes no function either. */
const deployedPaths = [
  'bin',
  'lib',
  'functions',
  'adapters',
  'core',
  'contract',
  'docs/openapi.json',
  'package-lock.json',
  'cdk.json',
];

/**
 * The last commit that changed what is deployed, such as `0123456789ab`. `-modified` follows if the checkout holds changes to
 * it; `unknown` stands for a folder without git. `COMMIT` of the environment comes first, for a build that has no checkout.
 */
export function readCommit(root: string, { COMMIT }: NodeJS.ProcessEnv): string {
  if (COMMIT) return COMMIT;
  try {
    const git = (...args: string[]) =>
      execFileSync('git', [...args, '--', ...deployedPaths], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const commit = git('log', '-1', '--format=%H').slice(0, 12);
    if (!commit) return 'unknown';
    return git('status', '--porcelain') ? `${commit}-modified` : commit;
  } catch {
    return 'unknown';
  }
}

let commit: string | undefined;

/** The commit of this checkout, read once. */
export function deployedCommit(): string {
  commit ??= readCommit(fileURLToPath(new URL('..', import.meta.url)), process.env);
  return commit;
}
