import { type CAC, cac } from 'cac';
import { nearestWord } from '../core/words.ts';
import { describeSettings, readSettings } from './given-settings.ts';

export interface StartOptions {
  /** End after the five callbacks. */
  readonly once: boolean;
  /** Also print what few people need to see. */
  readonly verbose: boolean;
  /** CDK context: the stage's settings. */
  readonly context: Readonly<Record<string, string>>;
  readonly dataFolder: string | undefined;
  /** For logs and outputs.json. */
  readonly localFolder: string;
  readonly port: number;
  /** Of the page for account owners. */
  readonly portalPort: number;
  readonly receiverPort: number;
  readonly callbackUrl: string | undefined;
  readonly sweepIntervalMs: number | undefined;
  /** How long the five callbacks may take. */
  readonly patienceMs: number;
}

/** Reads the command line. Ends the process after `--help`. Throws one sentence for what is wrong. */
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
    .option('--portal-port <port>', "Port of the page for account owners (default: the API's plus one)")
    .option('--receiver-port <port>', 'Port of the demo receiver (default: a free one)')
    .option(
      '--callback-url <url>',
      "Register this URL instead of the demo receiver's, for instance a proxy's",
    )
    .option('--sweep-seconds <seconds>', 'How often the sweeper runs (default: as in the template)')
    .option('--patience-seconds <seconds>', 'Fail if the five callbacks take longer (default: 20)')
    .option('--verbose', 'Also print every endpoint, and what the template has and this machine has not')
    .action(() => undefined);
  cli.help((sections) => [...sections, { title: 'Stage settings (-c key=value)', body: describeSettings() }]);
  const options = parse(cli, argv, env);
  if (options['help']) process.exit(0);

  const port = readPort('PORT', env['PORT'] ?? '3000');
  return {
    once: options['once'] === true,
    verbose: options['verbose'] === true,
    context: readSettings(options['context']),
    dataFolder: options['data'] === undefined ? undefined : toPath(String(options['data'])),
    localFolder: toPath(String(options['localFolder'] ?? '.local')),
    port,
    portalPort: readPort('--portal-port', String(options['portalPort'] ?? nextPort(port))),
    receiverPort: readPort('--receiver-port', String(options['receiverPort'] ?? 0)),
    callbackUrl: options['callbackUrl'] === undefined ? undefined : String(options['callbackUrl']),
    sweepIntervalMs:
      options['sweepSeconds'] === undefined
        ? undefined
        : readSeconds('--sweep-seconds', options['sweepSeconds']) * 1_000,
    patienceMs: readSeconds('--patience-seconds', options['patienceSeconds'] ?? 20) * 1_000,
  };
}

function parse(cli: CAC, argv: string[], env: NodeJS.ProcessEnv): CAC['options'] {
  const names = cli.commands.flatMap((command) =>
    command.options.map(({ rawName }) => /--([\w-]+)/.exec(rawName)?.[1] ?? ''),
  );
  // Without the `--`, npm keeps the option for itself and says nothing.
  const swallowed = names.find((name) => env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined);
  if (swallowed && env['npm_lifecycle_event'] === 'start')
    throw new Error(`--${swallowed}: npm keeps options for itself; write npm start -- --${swallowed}`);
  try {
    return cli.parse(argv).options;
  } catch (error) {
    const { message } = error as Error;
    const [, unused] = /^Unused args: `(.+)`$/.exec(message) ?? [];
    if (unused) throw new Error(`${unused}: not an option; npm start -- --help lists them`, { cause: error });
    const [, unknown] = /^Unknown option `-+(.+)`$/.exec(message) ?? [];
    if (unknown === undefined) throw error;
    const nearest = nearestWord(toDashes(unknown), names);
    const hint = nearest ? `did you mean --${nearest}?` : 'npm start -- --help lists the options';
    throw new Error(`--${toDashes(unknown)}: there is no such option; ${hint}`, { cause: error });
  }
}

/** `localFolder` -> `local-folder`, as it was written. */
function toDashes(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A day; timers take no more than some weeks. */
const maxSeconds = 86_400;

function readSeconds(name: string, given: unknown): number {
  const seconds = Number(given);
  if (!(seconds > 0 && seconds <= maxSeconds))
    throw new Error(`${name}=${String(given)}: must be a number above 0, up to ${maxSeconds}`);
  return seconds;
}

/** 0 stands for any free port, and the last port has none after it. */
function nextPort(port: number): number {
  return port === 0 || port === 65_535 ? 0 : port + 1;
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Error(`${name}=${text}: must be a port from 0 to 65535`);
  return port;
}
