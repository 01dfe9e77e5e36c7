import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cac } from 'cac';
import { publish } from './publish.ts';
import { renderSection } from './report.ts';
import type { Goal, Measurement, Section, SectionResult } from './section.ts';
import { sections } from './sections.ts';

/**
 * `npm run bench`: what a delivery and an event cost, beside what people would use instead. Figures of one run may be
 * compared with each other; those of two runs may not, because machines are noisy.
 */

interface Options {
  readonly section?: string | readonly string[];
  readonly short?: boolean;
  readonly check?: boolean;
  readonly json?: string;
  readonly publish?: boolean;
}

async function bench(options: Options): Promise<void> {
  const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
  console.log(`Node.js ${machine.node}, ${machine.processors} x ${machine.model}`);

  const results: Record<string, Measurement> = {};
  for (const section of chosenSections(options)) {
    const short = options.short === true;
    const result = await measure(section, options);
    const { name, title } = section;
    results[name] = { title, measuredAt: new Date().toISOString(), machine, short, ...result };
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (options.publish) publish(results);
  if (options.check) check(Object.values(results));
}

/** A check that fails is measured once more: a machine that was busy elsewhere for a minute says nothing of the product. */
async function measure(section: Section, { short = false, check }: Options): Promise<SectionResult> {
  const measureOnce = async () => {
    const progress = (text: string) => console.error(`${section.name}: ${text}`);
    const result = await section.run({ short, progress });
    console.log(`\n${renderSection(section.title, result)}`);
    return result;
  };
  const first = await measureOnce();
  return check && first.goals.some(isFailed) ? measureOnce() : first;
}

function chosenSections({ section = [] }: Options) {
  const wanted = [section].flat();
  const unknown = wanted.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) {
    const names = sections.map(({ name }) => name).join(', ');
    throw new Error(`there is no section "${unknown}"; there are ${names}`);
  }
  return sections.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

function check(results: readonly Measurement[]): void {
  const goals = results.flatMap((result) => result.goals);
  const failed = goals.filter(isFailed);
  for (const { name, value, failsAbove } of failed)
    console.error(`failed: ${name}: ${value}, more than ${failsAbove}`);
  console.log(`\n${goals.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

function isFailed({ value, failsAbove }: Goal): boolean {
  return value > failsAbove;
}

const cli = cac('bench');
cli
  .command('', 'Measures, and prints a table of each section')
  .option('--section <name>', 'Only this section; may be repeated')
  .option('--short', 'Fewer and shorter windows')
  .option('--check', 'Fail if a goal is missed by a wide margin, twice in a row')
  .option('--json <file>', 'Write all figures to a file')
  .option('--publish', 'Write the figures, tables and plots of docs/performance.md')
  .example('npm run bench -- --section deliverer --short')
  .action(bench);
cli.help();
try {
  cli.parse(process.argv, { run: false });
  await cli.runMatchedCommand();
} catch (error) {
  console.error(Error.isError(error) ? error.message : error);
  process.exitCode = 1;
}
