import { cac } from 'cac';
import { defaultText, explain, type Setting } from '../core/settings/setting.ts';
import { type StageSettings, stageSettings } from '../core/settings/stage-settings.ts';
import { maxBatchesInFlight } from './event-source-mapping.ts';

export interface StartOptions {
  /** End after the five callbacks. */
  readonly once: boolean;
  /** CDK context: the stage's settings. */
  readonly context: Readonly<Record<string, string>>;
  readonly dataFolder: string | undefined;
  /** For logs and outputs.json. */
  readonly localFolder: string;
  readonly port: number;
  readonly receiverPort: number;
  readonly callbackUrl: string | undefined;
  readonly sweepIntervalMs: number | undefined;
  /** How long the five callbacks may take. */
  readonly patienceMs: number;
}

/** A developer's changes should take effect at once, and an account may take a share of the batches that there are. */
const localDefaults = {
  stage: 'local',
  allowPrivateCallbacks: 'true',
  cacheMs: '500',
  maxDeliverers: String(maxBatchesInFlight),
} satisfies Partial<Record<keyof StageSettings, string>>;

/** Reads the command line. Ends the process after `--help` and throws for an unknown option. */
export function readOptions(
  argv: string[],
  env: NodeJS.ProcessEnv,
  toPath: (text: string) => string,
): StartOptions {
  const cli = cac('npm start --');
  cli
    .command('', 'Run the deployed template on this machine and show that it works')
    .option('--once', 'End after the five callbacks, with exit status 0 if all were verified')
    .option(
      '-c, --context <key=value>',
      'Change a stage setting, as for cdk deploy, such as retryScheduleSeconds=0,1,1',
    )
    .option('--data <folder>', 'Keep the data in this folder from run to run (default: in memory)')
    .option('--local-folder <folder>', 'The folder for logs and outputs.json (default: .local)')
    .option('--receiver-port <port>', 'Port of the demo receiver (default: a free one)')
    .option(
      '--callback-url <url>',
      "Register this URL instead of the demo receiver's, for instance a proxy's",
    )
    .option('--sweep-seconds <seconds>', 'How often the sweeper runs (default: as in the template)')
    .option('--patience-seconds <seconds>', 'Fail if the five callbacks take longer (default: 20)')
    .action(() => undefined);
  cli.help((sections) => [...sections, { title: 'Stage settings (-c key=value)', body: describeSettings() }]);
  const { options } = cli.parse(argv);
  if (options['help']) process.exit(0);

  return {
    once: options['once'] === true,
    context: { ...localDefaults, ...readContext(options['context']) },
    dataFolder: options['data'] === undefined ? undefined : toPath(String(options['data'])),
    localFolder: toPath(String(options['localFolder'] ?? '.local')),
    port: readPort('PORT', env['PORT'] ?? '3000'),
    receiverPort: readPort('--receiver-port', String(options['receiverPort'] ?? 0)),
    callbackUrl: options['callbackUrl'] === undefined ? undefined : String(options['callbackUrl']),
    sweepIntervalMs:
      options['sweepSeconds'] === undefined
        ? undefined
        : readSeconds('--sweep-seconds', options['sweepSeconds']) * 1_000,
    patienceMs: readSeconds('--patience-seconds', options['patienceSeconds'] ?? 20) * 1_000,
  };
}

/** A paragraph per setting: its name and default, what it must be, and what it does. */
function describeSettings(): string {
  const defaults: Readonly<Record<string, string>> = localDefaults;
  return Object.entries<Setting>(stageSettings)
    .map(([name, setting]) => {
      const usual = defaultText(setting);
      const local = defaults[name];
      const shown = local === undefined ? usual : `${local} in a local run, otherwise ${usual}`;
      return `  ${name} (default: ${shown})\n    Must be ${setting.mustBe}.\n    ${explain(setting)}`;
    })
    .join('\n');
}

function readContext(given: unknown): Record<string, string> {
  const settings = given === undefined ? [] : [given].flat().map(String);
  return Object.fromEntries(
    settings.map((setting) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
      if (!key || value === undefined)
        throw new Error(`-c ${setting}: must be key=value, as in -c stage=dev`);
      return [key, value];
    }),
  );
}

function readSeconds(name: string, given: unknown): number {
  const seconds = Number(given);
  if (!(seconds > 0)) throw new Error(`${name}=${String(given)}: must be a number above 0`);
  return seconds;
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Error(`${name}=${text}: must be a port from 0 to 65535`);
  return port;
}
