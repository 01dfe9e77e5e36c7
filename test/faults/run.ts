import { availableParallelism } from 'node:os';
import { cac } from 'cac';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { enterNamespace, isInNamespace } from '../support/namespace.ts';
import { brokenProduct } from './broken-products.ts';
import type { Fault } from './fault.ts';
import { allFaults } from './faults.ts';
import { startNames } from './names.ts';
import { type Invariant, invariants } from './promises.ts';
import { type Report, runScenario } from './scenario.ts';
import { type Job, runScenarioProcess, runSideBySide } from './side-by-side.ts';
import type { Size } from './world.ts';

/** `npm run faults`: the local run under faults, judged by a ledger outside the code. */

interface Options {
  readonly scenarios: readonly Scenario[];
  /** Products that are broken on purpose, to see the ledger see it. */
  readonly broken: readonly Invariant[];
  readonly seed: number;
  readonly size: Size;
  /** At most, of a run whose only fault is that others are late. */
  readonly measurements: number;
  /** How many scenarios run at the same time. */
  readonly places: number;
  /** Without head and sum, for whoever started this scenario among others. */
  readonly rowsOnly: boolean;
}

/** Faults at the same time, and what is left to chance. */
interface Scenario {
  readonly faults: readonly Fault[];
  readonly seed: number;
}

/** Of the triples that `--everything` runs. */
const tripleSeeds = [1, 2, 3];

function readOptions(): Options | undefined {
  const cli = cac('npm run faults --');
  const named = cli
    .command('', 'Let faults loose on the local run, and judge by what is left that nothing was lost')
    .option(
      '--fault <name>',
      'A name, several with commas between them for all at once, all (default), or random',
    )
    .option(
      '--broken <invariant>',
      'Instead: I1 to I14, or all, broken on purpose; the ledger must report it',
    )
    .option('--everything', 'Each fault alone, three random triples, and every broken product')
    .option('--seed <number>', 'Of all that is left to chance; printed if it is not given')
    .option('--accounts <count>', 'Accounts', { default: 4 })
    .option('--subscriptions <count>', 'Subscriptions of each account', { default: 3 })
    .option('--events <count>', 'Events that are published while the fault is there', { default: 40 })
    .option('--places <count>', 'How many scenarios run at the same time', {
      default: availableParallelism(),
    })
    .option('--measurements <count>', 'How often, at most, a latency that is too long is measured', {
      default: 3,
    })
    .option('--rows-only', 'Print nothing but what came of each scenario')
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
    ...chooseWork(options, seed),
    size: {
      accounts: count('accounts', 2),
      subscriptions: count('subscriptions', 3),
      events: count('events', 1),
    },
    measurements: count('measurements', 1),
    places: count('places', 1),
    rowsOnly: options['rowsOnly'] === true,
  };
}

function chooseWork(
  { everything, broken, fault = 'all' }: Readonly<Record<string, string | undefined>>,
  seed: number,
): Pick<Options, 'scenarios' | 'broken'> {
  if (everything) {
    const triples = tripleSeeds.map((one) => ({ faults: chooseThree(one), seed: one }));
    return { scenarios: [...chooseScenarios('all', seed), ...triples], broken: chooseBroken('all') };
  }
  if (broken !== undefined) return { scenarios: [], broken: chooseBroken(broken) };
  return { scenarios: chooseScenarios(fault, seed), broken: [] };
}

function chooseScenarios(given: string, seed: number): Scenario[] {
  if (given === 'all') return allFaults.map((fault) => ({ faults: [fault], seed }));
  if (given === 'random') return [{ faults: chooseThree(seed), seed }];
  const faults = given.split(',').map((name) => {
    const fault = allFaults.find((candidate) => candidate.name === name);
    if (fault) return fault;
    throw new Error(`--fault=${name}: no such fault`);
  });
  return [{ faults, seed }];
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

const columns = [
  'accepted',
  'delivered',
  'exhausted',
  'parked',
  'duplicates',
  'lost',
  'phantom',
  'crossed',
] as const;

function toRow(fault: string, { counts, restMs, violations, latencyRatio, timeouts }: Report): string {
  const numbers = columns.map((name) => String(counts[name]).padStart(name.length + 1));
  const rest = `${(restMs / 1_000).toFixed(1)} s`.padStart(8);
  const broken = [...new Set(violations.map(({ invariant }) => invariant))].join(' ');
  const slower =
    latencyRatio === undefined ? '' : `the others’ latency less 1 s: ${latencyRatio.toFixed(2)} × baseline`;
  const outOfTime = timeouts > 0 ? `(${timeouts} timeouts of functions)` : '';
  return [fault.padEnd(33), ...numbers, rest, '  ', broken ? `BROKEN ${broken}` : 'held', slower, outOfTime]
    .join(' ')
    .trimEnd();
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return;
  const { scenarios, broken, rowsOnly } = options;
  const [scenario, ...others] = scenarios;
  const isAlone = scenario && others.length === 0 && broken.length === 0;
  if (isAlone && !isInNamespace && (await enterNamespace(process.argv.slice(1)))) return;
  if (!rowsOnly) sayHead(options);
  const failed = isAlone ? await runHere(options, scenario) : await runEach(options);
  if (!rowsOnly) say('', `${scenarios.length + broken.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function sayHead({ seed, size, scenarios }: Options): void {
  say(
    `seed ${seed}, ${size.accounts} accounts of ${size.subscriptions} subscriptions, ${size.events} events`,
    '',
  );
  if (scenarios.length > 0)
    say(['fault'.padEnd(33), ...columns.map((name) => ` ${name}`), ' to rest'].join(' '));
}

/** Each in a process of its own. Answers with how many broke a promise, or were broken unseen. */
function runEach({ scenarios, broken, seed, size, measurements, places }: Options): Promise<number> {
  const sizes = Object.entries({ ...size, measurements }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const jobs: Job[] = scenarios.map((scenario) => {
    const name = nameOf(scenario);
    return {
      name,
      isTimed: scenario.faults.some(({ isTimed }) => isTimed),
      async run() {
        const args = ['--fault', name, '--seed', String(scenario.seed), ...sizes];
        const { exitCode, output } = await runScenarioProcess(args);
        return { isGood: exitCode === 0, shown: output };
      },
    };
  });
  return runSideBySide([...jobs, ...broken.map((invariant) => brokenProduct(invariant, seed))], places, say);
}

function nameOf({ faults }: Scenario): string {
  return faults.map((fault) => fault.name).join(',');
}

/** In this process. Answers with 1 if it broke a promise. */
async function runHere(options: Options, scenario: Scenario): Promise<number> {
  const { size, measurements } = options;
  const { faults, seed } = scenario;
  const name = nameOf(scenario);
  const names = isInNamespace ? await startNames() : undefined;
  if (!names) say('Without a network namespace of its own: no fault of name look-ups is injected.');
  try {
    if (faults.some(({ isGuarded }) => isGuarded) && !names) {
      say(`${name.padEnd(33)} skipped: needs a network namespace`);
      return 0;
    }
    const report = await untilMeasured(name, measurements, () => runScenario({ faults, size, seed, names }));
    say(toRow(name, report));
    if (report.violations.length === 0) return 0;
    explain(name, options, report);
  } catch (error) {
    say(`${name.padEnd(33)} not run: ${String(error)}`);
  } finally {
    names?.close();
  }
  return 1;
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
  // A mistake on the command line. What fails within a scenario is said in its row.
  process.stderr.write(`${error.message}; see npm run faults -- --help\n`);
  process.exitCode = 1;
});
