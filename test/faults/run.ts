import { rm } from 'node:fs/promises';
import { cac } from 'cac';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { enterNamespace, isInNamespace } from '../support/namespace.ts';
import { type SynthesizedStacks, synthesizeUnderFault } from '../support/stacks-under-fault.ts';
import { brokenProducts, judgeBrokenProduct } from './broken-products.ts';
import type { Fault } from './fault.ts';
import { allFaults } from './faults.ts';
import { startNames } from './names.ts';
import { type Invariant, invariants } from './promises.ts';
import { type Report, runScenario } from './scenario.ts';
import type { Size } from './world.ts';

/** `npm run faults`: the local run under faults, judged by a ledger outside the code. */

interface Options {
  /** Instead of faults: products that are broken on purpose, to see the ledger see it. */
  readonly broken: readonly Invariant[];
  readonly scenarios: readonly (readonly Fault[])[];
  readonly seed: number;
  readonly size: Size;
  /** At most, of a run whose only fault is that others are late. */
  readonly measurements: number;
}

function readOptions(): Options | undefined {
  const cli = cac('npm run faults --');
  const named = cli
    .command('', 'Let faults loose on the local run, and judge by what is left that nothing was lost')
    .option('--fault <name>', 'A name, several with commas between them for all at once, all, or random', {
      default: 'all',
    })
    .option(
      '--broken <invariant>',
      'Instead: I1 to I12, or all, broken on purpose; the ledger must report it',
    )
    .option('--seed <number>', 'Of all that is left to chance; printed if it is not given')
    .option('--accounts <count>', 'Accounts', { default: 4 })
    .option('--subscriptions <count>', 'Subscriptions of each account', { default: 3 })
    .option('--events <count>', 'Events that are published while the fault is there', { default: 40 })
    .option('--measurements <count>', 'How often, at most, a latency that is too long is measured', {
      default: 3,
    })
    .action(() => undefined);
  cli.help((sections) => [
    ...sections,
    { title: 'Faults', body: allFaults.map(({ name, what }) => `  ${name.padEnd(34)}${what}`).join('\n') },
  ]);
  const { options } = cli.parse();
  if (options['help']) return undefined;
  named.checkUnknownOptions();
  const count = (name: string, min: number) => {
    const value = Number(options[name]);
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw new Error(`--${name}=${options[name]}: must be a whole number from ${min}`);
  };
  const seed = options['seed'] === undefined ? Date.now() % 1_000_000 : count('seed', 0);
  return {
    seed,
    broken: options['broken'] === undefined ? [] : chooseBroken(String(options['broken'])),
    scenarios: chooseScenarios(String(options['fault']), seed),
    size: {
      accounts: count('accounts', 2),
      subscriptions: count('subscriptions', 3),
      events: count('events', 1),
    },
    measurements: count('measurements', 1),
  };
}

function chooseScenarios(given: string, seed: number): Fault[][] {
  if (given === 'all') return allFaults.map((fault) => [fault]);
  if (given === 'random') return [chooseThree(seed)];
  return [
    given.split(',').map((name) => {
      const fault = allFaults.find((candidate) => candidate.name === name);
      if (fault) return fault;
      throw new Error(`--fault=${name}: no such fault; --help lists them`);
    }),
  ];
}

function chooseBroken(given: string): Invariant[] {
  const known = Object.keys(invariants) as Invariant[];
  if (given === 'all') return known;
  return given.split(',').map((name) => {
    const invariant = known.find((candidate) => candidate === name);
    if (invariant) return invariant;
    throw new Error(`--broken=${name}: must be one of ${known.join(', ')}, or all`);
  });
}

function chooseThree(seed: number): Fault[] {
  const generator = xoroshiro128plus(seed);
  const left = allFaults.filter(({ isAlone }) => !isAlone);
  return Array.from({ length: 3 }, () => left.splice(uniformInt(generator, 0, left.length - 1), 1)).flat();
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

const columns = ['accepted', 'delivered', 'exhausted', 'duplicates', 'lost', 'phantom', 'crossed'] as const;

function toRow(fault: string, { counts, restMs, violations, latencyRatio, timeouts }: Report): string {
  const numbers = columns.map((name) => String(counts[name]).padStart(name.length + 1));
  const rest = `${(restMs / 1_000).toFixed(1)} s`.padStart(8);
  const broken = [...new Set(violations.map(({ invariant }) => invariant))].join(' ');
  const slower = latencyRatio === undefined ? '' : `p99 of the others: ${latencyRatio.toFixed(2)} × baseline`;
  const outOfTime = timeouts > 0 ? `(${timeouts} timeouts of functions)` : '';
  return [fault.padEnd(33), ...numbers, rest, '  ', broken ? `BROKEN ${broken}` : 'held', slower, outOfTime]
    .join(' ')
    .trimEnd();
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return;
  if (!isInNamespace && (await enterNamespace(process.argv.slice(1)))) return;
  if (!isInNamespace)
    say('Without a network namespace of its own: no fault of name look-ups is injected.', '');

  const failed = await (options.broken.length > 0 ? runBrokenProducts(options) : runFaults(options));
  const count = options.broken.length || options.scenarios.length;
  say('', `${count - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** How many scenarios broke an invariant. */
async function runFaults(options: Options): Promise<number> {
  const { seed, size, scenarios, measurements } = options;
  const names = isInNamespace ? await startNames() : undefined;
  const cache = createStacksCache();
  say(
    `seed ${seed}, ${size.accounts} accounts of ${size.subscriptions} subscriptions, ${size.events} events`,
    '',
    ['fault'.padEnd(33), ...columns.map((name) => ` ${name}`), ' to rest'].join(' '),
  );
  let broken = 0;
  try {
    for (const faults of scenarios) {
      const name = faults.map((fault) => fault.name).join(',');
      if (faults.some(({ isGuarded }) => isGuarded) && !names) {
        say(`${name.padEnd(33)} skipped: needs a network namespace`);
        continue;
      }
      try {
        const report = await untilMeasured(name, measurements, () =>
          runScenario({ faults, size, seed, names }, cache.synthesize),
        );
        say(toRow(name, report));
        if (report.violations.length === 0) continue;
        explain(name, options, report);
      } catch (error) {
        say(`${name.padEnd(33)} not run: ${String(error)}`);
      }
      broken += 1;
    }
  } finally {
    names?.close();
    await cache.clear();
  }
  return broken;
}

/** Whatever else a machine is busy with makes others only later: a latency that is too long is measured again. */
async function untilMeasured(
  name: string,
  maxMeasurements: number,
  run: () => Promise<Report>,
): Promise<Report> {
  let report = await run();
  for (let count = 1; count < maxMeasurements && isLateAlone(report); count += 1) {
    say(`${toRow(name, report)}, measured again`);
    report = await run();
  }
  return report;
}

function isLateAlone({ violations }: Report): boolean {
  return violations.length > 0 && violations.every(({ invariant }) => invariant === 'I8');
}

/** Stacks with the same settings are synthesized once. */
function createStacksCache() {
  const synthesized = new Map<string, Promise<SynthesizedStacks>>();
  return {
    synthesize(settings: Readonly<Record<string, string>>): Promise<SynthesizedStacks> {
      const key = JSON.stringify(settings);
      const stacks = synthesized.get(key) ?? synthesizeUnderFault(settings);
      synthesized.set(key, stacks);
      return stacks;
    },
    async clear(): Promise<void> {
      for (const stacks of synthesized.values())
        await rm((await stacks).folder, { recursive: true, force: true });
    },
  };
}

/** How many of them the ledger did not see, or not for what they are. */
async function runBrokenProducts({ broken, seed }: Options): Promise<number> {
  say(`seed ${seed}`, '', `${'broken on purpose'.padEnd(19)}${'under'.padEnd(26)}reported`);
  let unseen = 0;
  for (const invariant of broken) {
    const { reported, output } = await judgeBrokenProduct(invariant, seed);
    say(`${invariant.padEnd(19)}${brokenProducts[invariant].padEnd(26)}${reported}`);
    if (reported === invariant) continue;
    unseen += 1;
    say(output);
  }
  return unseen;
}

function explain(name: string, { seed, size }: Options, { violations, history }: Report): void {
  const [first] = violations;
  if (!first) return;
  const about = first.eventId ? ` (${first.eventId} for ${first.subscriptionId ?? 'nobody yet'})` : '';
  const { accounts, subscriptions, events } = size;
  say(
    '',
    `  ${first.invariant}: ${invariants[first.invariant]}`,
    `  ${violations.length} broken; the first: ${first.what}${about}`,
    ...history.map((line) => `    ${line}`),
    `  Again: npm run faults -- --fault ${name} --seed ${seed} --accounts ${accounts} --subscriptions ${subscriptions} --events ${events}`,
    '',
  );
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exitCode = 1;
});
