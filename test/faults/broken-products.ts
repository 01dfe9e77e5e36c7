import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createPatchedCopy } from './patched-product.ts';
import type { Invariant } from './promises.ts';

/** By the invariant that its patch breaks: the fault under which the ledger must report that one, and no other. */
export const brokenProducts: Readonly<Record<Invariant, string>> = {
  I1: 'entries-refused',
  I2: 'published-twice',
  I3: 'published-twice',
  I4: 'published-twice',
  I5: 'published-twice',
  I6: 'published-twice',
  I7: 'echoes-secrets',
  I8: 'dead-account',
  I9: 'changed-between-retries',
  I10: 'redriven',
  I11: 'echoes-secrets',
  I12: 'name-turns-private',
};

/** What the ledger says about a product that breaks an invariant: the invariants that it reports, and all it printed. */
export async function judgeBrokenProduct(
  invariant: Invariant,
  seed: number,
): Promise<{ reported: string; output: string }> {
  const copy = createPatchedCopy(invariant);
  try {
    const args = ['--fault', brokenProducts[invariant], '--seed', String(seed), '--measurements', '1'];
    const run = spawn(process.execPath, [join(copy.folder, 'test/faults/run.ts'), ...args], {
      cwd: copy.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(run, 'exit');
    const output = (await Promise.all([text(run.stdout), text(run.stderr)])).join('');
    await exited;
    return { reported: /BROKEN ([I\d ]+\d)/.exec(output)?.[1] ?? 'nothing', output };
  } finally {
    copy.remove();
  }
}
