import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { answerParent } from './child.ts';
import type { CallCounts } from './stub-aws.ts';

/** The process behind stub-aws.ts. */

/** An item as the wire has it, with its key `pk` and `sk`. */
type StoredItem = Readonly<Record<string, { readonly S?: string }>>;
type Values = Readonly<Record<string, unknown>>;
type Operation = (input: never) => object;

const items = new Map<string, Map<string, StoredItem>>();
const calls: Record<string, number> = {};
let keepsItems = false;

const operations: Readonly<Record<string, Operation>> = {
  GetItem({ Key }: { Key: StoredItem }) {
    const Item = items.get(keyPart(Key, 'pk'))?.get(keyPart(Key, 'sk'));
    return Item ? { Item } : {};
  },
  /** Of the conditions, it knows the partition and the beginning of the sort key. */
  Query({ ExpressionAttributeValues }: { ExpressionAttributeValues: StoredItem }) {
    const { ':pk': partition, ':prefix': prefix } = ExpressionAttributeValues;
    const found = [...(items.get(partition?.S ?? '') ?? [])].filter(([sk]) => sk.startsWith(prefix?.S ?? ''));
    return { Items: found.map(([, item]) => item), Count: found.length, ScannedCount: found.length };
  },
  PutItem({ Item }: { Item: StoredItem }) {
    if (keepsItems) keep(Item);
    return {};
  },
  DeleteItem: () => ({}),
  BatchWriteItem: () => ({ UnprocessedItems: {} }),
  UpdateItem: ({
    UpdateExpression,
    ExpressionAttributeValues = {},
    ReturnValues,
  }: {
    UpdateExpression: string;
    ExpressionAttributeValues?: Values;
    ReturnValues?: string;
  }) => (ReturnValues ? { Attributes: updated(UpdateExpression, ExpressionAttributeValues) } : {}),
  SendMessage: ({ MessageBody }: { MessageBody: string }) => sent(MessageBody),
  SendMessageBatch: ({ Entries }: { Entries: { Id: string; MessageBody: string }[] }) => ({
    Successful: Entries.map(({ Id, MessageBody }) => ({ Id, ...sent(MessageBody) })),
    Failed: [],
  }),
  // What KMS would encrypt stays as it is, so that nothing has to be remembered.
  GenerateDataKey() {
    const key = randomBytes(32).toString('base64');
    return { Plaintext: key, CiphertextBlob: key, KeyId: 'key' };
  },
  Decrypt: ({ CiphertextBlob }: { CiphertextBlob: string }) => ({ Plaintext: CiphertextBlob, KeyId: 'key' }),
};

/** The attributes that `SET a = :a, b = b + :b ADD c :c` gives to an item that was not there before. */
function updated(expression: string, values: Values): Values {
  const assignments = expression.matchAll(/([\w#]+)(?: = (?:[\w#]+ \+ )?| )(:\w+)/g);
  return Object.fromEntries([...assignments].map(([, name = '', value = '']) => [name, values[value]]));
}

function sent(body: string): object {
  return { MessageId: 'message', MD5OfMessageBody: createHash('md5').update(body).digest('hex') };
}

function keyPart(key: StoredItem, name: 'pk' | 'sk'): string {
  return key[name]?.S ?? '';
}

function keep(item: StoredItem): void {
  const partition = items.get(keyPart(item, 'pk')) ?? new Map<string, StoredItem>();
  items.set(keyPart(item, 'pk'), partition.set(keyPart(item, 'sk'), item));
}

/** The items are shared, so that the memory for them does not grow; their partitions are not. */
function multiply(accounts: number): undefined {
  const [kept] = items.values();
  if (!kept) throw new Error('no account is kept yet');
  for (let index = 0; index < accounts; index += 1) items.set(`A#acc_further_${index}`, kept);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const body = await text(request);
  calls[name] = (calls[name] ?? 0) + 1;
  const operation = operations[name];
  const answer = operation
    ? operation(JSON.parse(body) as never)
    : { __type: 'UnknownOperationException', message: `the stub does not serve ${name}` };
  response
    .writeHead(operation ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify(answer));
}

const server = createServer((request, response) => {
  // A client that was killed in the middle of its request gets no answer.
  serve(request, response).catch(() => response.destroy());
});
// Clients close idle connections first.
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () =>
  answerParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, answerQuestion),
);

type Question = 'count' | 'keep' | 'forget' | { readonly accounts: number };

function answerQuestion(question: Question): CallCounts | undefined {
  if (typeof question === 'object') return multiply(question.accounts);
  if (question === 'count') return calls;
  keepsItems = question === 'keep';
  return undefined;
}
