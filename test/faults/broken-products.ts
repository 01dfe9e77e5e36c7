import { createPatchedCopy } from './patched-product.ts';
import type { Invariant } from './promises.ts';
import { type Job, runScenarioProcess } from './side-by-side.ts';

/** What a patch may break besides. A deliverer that relies on an old subscription knows of no breaker either. */
const besides: Partial<Record<Invariant, readonly Invariant[]>> = { I9: ['I13'] };

/** By the invariant that its patch breaks: the fault under which the ledger must report that one, and no other. */
const faultsByInvariant: Readonly<Record<Invariant, string>> = {
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
  I13: 'dead-under-load',
  I14: 'account-paused',
};

/** A product that breaks an invariant on purpose: the ledger must see it, and see it for what it is. */
export function brokenProduct(invariant: Invariant, seed: number): Job {
  const fault = faultsByInvariant[invariant];
  return {
    name: `broken ${invariant}`,
    isTimed: invariant === 'I8',
    async run() {
      const copy = createPatchedCopy(invariant);
      try {
        const args = ['--fault', fault, '--seed', String(seed), '--measurements', '1'];
        const { output } = await runScenarioProcess(args, copy.folder);
        const reported = /BROKEN ([I\d ]+\d)/.exec(output)?.[1] ?? 'nothing';
        const isGood =
          reported
            .split(' ')
            .filter((one) => !besides[invariant]?.includes(one as Invariant))
            .join(' ') === invariant;
        const row = `${`broken on purpose: ${invariant}`.padEnd(33)}under ${fault}: reported ${reported}`;
        return { isGood, shown: isGood ? row : `${row}\n${output}` };
      } finally {
        copy.remove();
      }
    },
  };
}
