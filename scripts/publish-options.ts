import { cac } from 'cac';
import { eventTypes } from '../core/events/event-catalog.ts';
import { nearestWord } from '../core/words.ts';
import { refuseSwallowed } from './swallowed-options.ts';

export interface PublishOptions {
  readonly type: string;
  /** Such as `data.ticket.channel=whatsapp`. */
  readonly assignments: readonly string[];
  readonly account: string | undefined;
  readonly id: string | undefined;
  /** Publish what the catalog refuses. */
  readonly unchecked: boolean;
  readonly outputsFile: string;
}

/** Reads the command line. Returns undefined after `--help`. Throws one sentence for what is wrong. */
export function readPublishOptions(argv: string[], env: NodeJS.ProcessEnv): PublishOptions | undefined {
  const cli = cac('npm run publish --');
  const command = cli
    .command('[type]', `Publish an example of an event: ${eventTypes.join(', ')}`)
    .option('--set <path=value>', 'Change a field; may be repeated, and the value may be JSON')
    .option('--account <id>', "The event's account (default: that of the local run)")
    .option(
      '--id <id>',
      "The event's id. The same command then publishes the same event (default: a new id, and new ids and times in the example)",
    )
    .option('--unchecked', 'Publish also what the event catalog refuses')
    .option('--outputs <file>', 'Outputs of the stacks (default: .local/outputs.json)')
    .example(`npm run publish -- ${eventTypes[0]} --set data.ticket.channel=whatsapp`)
    .action(() => undefined);
  cli.help();
  const names = command.options.map(({ name }) => name);
  refuseSwallowed(names, 'publish', 'npm run publish -- TYPE', env);
  const { args, options } = explaining(names, () => cli.parse(argv));
  if (options['help']) return undefined;
  const [type] = args;
  if (type === undefined) throw new Error(`name the type of the event: ${eventTypes.join(', ')}`);
  const last = (name: string) => (options[name] === undefined ? undefined : textOf(`--${name}`, argv));
  return {
    type,
    assignments: [options['set'] ?? []].flat().map(String),
    account: last('account'),
    id: last('id'),
    unchecked: options['unchecked'] === true,
    outputsFile: last('outputs') ?? '.local/outputs.json',
  };
}

/** The last value, letter by letter: cac would make 7 of `007`. */
function textOf(name: string, argv: readonly string[]): string | undefined {
  const values = argv.map((word, index) => {
    if (word === name) return argv[index + 1];
    return word.startsWith(`${name}=`) ? word.slice(name.length + 1) : undefined;
  });
  return values.findLast((value) => value !== undefined);
}

function explaining<T>(names: readonly string[], parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const { message } = error as Error;
    const [, unused] = /^Unused args: `(.+)`$/.exec(message) ?? [];
    if (unused) throw new Error(`${unused}: one event type at a time, and no other words`, { cause: error });
    const [, unknown] = /^Unknown option `-+(.+)`$/.exec(message) ?? [];
    if (unknown === undefined) throw error;
    const nearest = nearestWord(unknown, names);
    const hint = nearest ? `did you mean --${nearest}?` : 'npm run publish -- --help lists the options';
    throw new Error(`--${unknown}: there is no such option; ${hint}`, { cause: error });
  }
}
