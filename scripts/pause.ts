import { cac } from 'cac';
import { createAccountStore } from '../adapters/dynamo-account-store.ts';
import { createAuditLog } from '../adapters/dynamo-audit-log.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createStageStatusStore } from '../adapters/dynamo-stage-status.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { identifierSchema } from '../core/identifiers.ts';
import { useEndpointsOf } from './local-endpoints.ts';
import { switchAccount } from './pause/account.ts';
import { switchStage } from './pause/stage.ts';
import type { Switching } from './pause/switching.ts';
import { readOutputs } from './stage-outputs.ts';
import { refuseSwallowed } from './swallowed-options.ts';

/** `npm run pause` and `npm run resume`: stop and start all calls of a stage or of one account, on AWS or in a local run. */

type Options = Readonly<Record<string, unknown>>;

async function main([verb, ...given]: readonly string[]): Promise<void> {
  if (verb !== 'pause' && verb !== 'resume') throw new Error('say pause or resume');
  const cli = cac(`npm run ${verb} --`);
  cli.option('--account <id>', 'Only the calls of this account; without it, those of the whole stage');
  cli.option('--outputs <file>', 'Outputs of the stacks', { default: '.local/outputs.json' });
  cli.command('', verb === 'pause' ? 'Stop all calls' : 'Start all calls again').action(() => undefined);
  cli.help();
  // Without its option, the calls of the whole stage would be meant.
  refuseSwallowed(['account', 'outputs'], verb, `npm run ${verb} --`, process.env);
  const { args, options } = cli.parse(['', '', ...given], { run: false });
  if (options['help'] === true) return;
  cli.globalCommand.checkUnknownOptions();
  if (args.length > 0) throw new Error(`${args[0]}: no such argument; an account is named with --account`);
  const switching = await begin(verb, options);
  const account = readAccount(options['account'], given);
  await (account === undefined ? switchStage(switching) : switchAccount(switching, account));
}

async function begin(verb: Switching['verb'], options: Options): Promise<Switching> {
  const file = String(options['outputs']);
  const { tableName, retentionDays, local } = await readOutputs(file);
  if (!tableName) throw new Error(`--outputs ${file}: it holds no TableName; cdk deploy --all writes it`);
  if (local) useEndpointsOf(local);
  const table = connectTable(tableName, retentionDays);
  return {
    verb,
    stageStatus: createStageStatusStore(table),
    accounts: createAccountStore(table),
    subscriptions: createSubscriptionStore(table),
    auditLog: createAuditLog(table),
    now: () => new Date(),
    print: (line) => void process.stdout.write(`${line}\n`),
  };
}

/** `parsed` is a number if it looks like one, which `0017` and an id of 20 digits do. So what was given counts. */
function readAccount(parsed: unknown, given: readonly string[]): string | undefined {
  if (parsed === undefined) return undefined;
  const at = given.findIndex((one) => one === '--account' || one.startsWith('--account='));
  const text = given[at]?.startsWith('--account=') ? given[at].slice('--account='.length) : given[at + 1];
  if (parsed === true || text === undefined) throw new Error('--account: name the account, such as acc_1');
  const account = identifierSchema.safeParse(text);
  if (!account.success) throw new Error(`--account: ${account.error.issues[0]?.message}`);
  return account.data;
}

main(process.argv.slice(2)).catch((error: NodeJS.ErrnoException) => {
  const hint =
    error.code === 'ECONNREFUSED' ? '; a local run that has ended is started again with npm start' : '';
  process.stderr.write(`${error.message}${hint}\n`);
  process.exitCode = 1;
});
