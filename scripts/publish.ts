import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createPublisher, type EventToPublish } from '../client/publisher.ts';
import { eventSource } from '../core/events/event-catalog.ts';
import { checkType, draftEvent, type EventDraft, setField } from './event-draft.ts';
import { type PublishOptions, readPublishOptions } from './publish-options.ts';
import { readOutputs, type StageOutputs } from './stage-outputs.ts';

/** `npm run publish -- TYPE`: publishes an event as the helpdesk backend does, to a local run or on AWS. */

async function main(): Promise<void> {
  const options = readPublishOptions(process.argv, process.env);
  if (!options) return;
  const { type, id, assignments, unchecked } = options;
  if (!unchecked) checkType(type);
  const outputs = await readOutputs(options.outputsFile);
  const accountId = options.account ?? outputs.local?.AccountId;
  if (accountId === undefined) throw new Error('name the account with --account, as in --account acc_17');

  const event = draftEvent(type, { accountId, id, now: new Date() });
  for (const assignment of assignments) setField(event, assignment, unchecked);
  const client = await connect(outputs, options);
  await (unchecked ? publishUnchecked : publishChecked)(event, outputs.eventBusName, client);
  client.destroy();
  process.stdout.write(`${describe(event, outputs, options)}\n`);
}

/** A local run takes any credentials. On AWS, region and credentials are those of the environment. */
async function connect({ local }: StageOutputs, { outputsFile }: PublishOptions): Promise<EventBridgeClient> {
  if (!local) return new EventBridgeClient({});
  const endpoint = local.EventsEndpoint;
  await fetch(endpoint).catch((cause: unknown) => {
    const ended = `the run that wrote ${outputsFile} has ended; start it again with npm start`;
    throw new Error(`nothing answers at ${endpoint}: ${ended}`, { cause });
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new EventBridgeClient({ endpoint, region: 'us-east-1', credentials });
}

type Publish = (event: EventDraft, eventBusName: string, client: EventBridgeClient) => Promise<void>;

const publishChecked: Publish = async (event, eventBusName, client) => {
  const publisher = createPublisher({ eventBusName, client });
  // The publisher checks the draft against the catalog.
  const [failure] = (await publisher.publish([event as EventToPublish])).unpublished;
  if (!failure) return;
  const hint = failure.reason === 'invalid' ? ' (--unchecked publishes it all the same)' : '';
  throw new Error(`${event.type} was not published: ${failure.explanation}${hint}`);
};

/** Sends what the catalog may refuse, to see what then happens. */
const publishUnchecked: Publish = async ({ type, ...detail }, EventBusName, client) => {
  const entry = { EventBusName, Source: eventSource, DetailType: type, Detail: JSON.stringify(detail) };
  const { Entries: [answer] = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  if (!answer?.EventId)
    throw new Error(`${type} was not published: ${answer?.ErrorCode}: ${answer?.ErrorMessage}`);
};

/** Says what was published, and where to look for what became of it. */
function describe(
  { type, id, accountId }: EventDraft,
  { apiUrl, local }: StageOutputs,
  { outputsFile, unchecked }: PublishOptions,
): string {
  const published = `Published ${type} ${id} for ${accountId}.`;
  const url = `${apiUrl}/events/${encodeURIComponent(id)}`;
  if (!local) return `${published}\nThe account's keys see what becomes of it at ${url}`;
  const lines = [published, 'The terminal of npm start shows what becomes of it.'];
  // The API knows what the catalog has taken, and the key at hand is the demo account's.
  if (unchecked || accountId !== local.AccountId) return lines.join('\n');
  const key = `$(node -p 'require(process.argv[1]).Local.ApiKey' ${quote(outputsFile)})`;
  return [
    ...lines,
    'The API says why it was or was not delivered:',
    `  curl -s ${url} -H "authorization: Bearer ${key}"`,
  ].join('\n');
}

/** For a shell, and for `require`, which takes a name without `./` for a package. */
function quote(file: string): string {
  const path = file.startsWith('/') ? file : `./${file}`;
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
