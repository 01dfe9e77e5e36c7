import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cac } from 'cac';
import { publish } from './publish.ts';
import { renderSection } from './report.ts';
import type { Measurement } from './section.ts';
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
  for (const { name, title, run } of chosenSections(options)) {
    const short = options.short === true;
    const progress = (text: string) => console.error(`${name}: ${text}`);
    const result = await run({ short, progress });
    results[name] = { title, measuredAt: new Date().toISOString(), machine, short, ...result };
    console.log(`\n${renderSection(title, result)}`);
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (options.publish) publish(results);
  if (options.check) check(Object.values(results));
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
  const failed = goals.filter(({ value, failsAbove }) => value > failsAbove);
  for (const { name, value, failsAbove } of failed)
    console.error(`failed: ${name}: ${value}, more than ${failsAbove}`);
  console.log(`\n${goals.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
}

const cli = cac('bench');
cli
  .command('', 'Measures, and prints a table of each section')
  .option('--section <name>', 'Only this section; may be repeated')
  .option('--short', 'Fewer and shorter windows')
  .option('--check', 'Fail if a goal is missed by a wide margin')
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
