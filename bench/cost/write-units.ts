import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import type { WireProxy } from '../wire-proxy.ts';

type Item = Readonly<Record<string, AttributeValue>>;

export interface WriteUnits {
  /** By what was written, such as `delivery` or `index due`, since the start or the last call. */
  take(): Record<string, number>;
}

/** What the items are, by the beginnings of their keys. */
const kinds: readonly (readonly [kind: string, pk: RegExp, sk: RegExp])[] = [
  ['event', /^A#[^#]+#E#/, /^E$/],
  ['delivery', /^A#[^#]+#S#/, /^D#/],
  ['attempt', /^A#[^#]+#S#/, /^T#/],
  ['statistics', /^A#[^#]+#S#/, /^H#/],
  ['subscription', /^A#[^#]+$/, /^S#/],
  ['place', /^L#places /, /^\d+$/],
  ['tokens', /^L#/, /^L$/],
];

/** Each index with its key and with all that it projects, besides the key of the table. */
const indexes = {
  due: { key: ['dueShard', 'dueAt'], projected: [] },
  feed: { key: ['feed', 'feedPosition'], projected: ['type', 'acceptedAt', 'recordedAt', 'isTest'] },
};

/**
 * Counts write units as DynamoDB does: for each item of a write, one for each KB that has begun, of the larger one of the
 * item before and after; for each index, one for an entry that comes, goes or changes, and two for one whose key changes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */
export function countWriteUnits(proxy: WireProxy, { client, tableName }: DynamoTable): WriteUnits {
  let units: Record<string, number> = {};
  const add = (kind: string, count: number) => {
    if (count > 0) units[kind] = (units[kind] ?? 0) + count;
  };
  const read = async ({ pk, sk }: Item): Promise<Item | undefined> => {
    const Key = { pk, sk } as Record<string, AttributeValue>;
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
    );
    return item;
  };

  proxy.layer(async (call) => {
    const keys = keysOf(call.operation, call.input);
    const before = await Promise.all(keys.map(read));
    const answer = await call.forward();
    const after = await Promise.all(keys.map(read));
    keys.forEach((key, index) => {
      add(kindOf(key), unitsOf(Math.max(sizeOf(before[index]), sizeOf(after[index]))));
      for (const [name, projection] of Object.entries(indexes))
        add(`index ${name}`, indexUnits(projection, before[index], after[index]));
    });
    return answer;
  });

  return {
    take() {
      const taken = units;
      units = {};
      return taken;
    },
  };
}

interface WriteInput {
  readonly Item: Item;
  readonly Key: Item;
  readonly RequestItems: Readonly<
    Record<string, readonly { readonly PutRequest: { readonly Item: Item } }[]>
  >;
}

function keysOf(operation: string, { Item: item, Key, RequestItems }: WriteInput): readonly Item[] {
  switch (operation) {
    case 'PutItem':
      return [item];
    case 'UpdateItem':
    case 'DeleteItem':
      return [Key];
    case 'BatchWriteItem':
      return Object.values(RequestItems).flatMap((requests) =>
        requests.map(({ PutRequest }) => PutRequest.Item),
      );
    default:
      return [];
  }
}

function kindOf({ pk, sk }: Item): string {
  const found = kinds.find(([, ofPk, ofSk]) => ofPk.test(pk?.S ?? '') && ofSk.test(sk?.S ?? ''));
  if (!found) throw new Error(`nobody knows what ${pk?.S} ${sk?.S} is`);
  return found[0];
}

function indexUnits(
  { key, projected }: (typeof indexes)['due' | 'feed'],
  before: Item | undefined,
  after: Item | undefined,
): number {
  const entry = (item: Item | undefined, names: readonly string[]) =>
    item && key.every((name) => name in item)
      ? Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])))
      : undefined;
  const all = ['pk', 'sk', ...key, ...projected];
  const [old, next] = [entry(before, all), entry(after, all)];
  if (JSON.stringify(old) === JSON.stringify(next)) return 0;
  const size = unitsOf(Math.max(sizeOf(old), sizeOf(next)));
  const isMoved = old && next && JSON.stringify(entry(before, key)) !== JSON.stringify(entry(after, key));
  return isMoved ? 2 * size : size;
}

/** A write of an item that does not exist counts as well. */
function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1_024));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function sizeOf(item: Item | undefined): number {
  return Object.entries(item ?? {}).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value),
    0,
  );
}

function sizeOfValue(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  // Two digits take a byte, and each number one more.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.L) return value.L.reduce((sum, one) => sum + 1 + sizeOfValue(one), 3);
  if (value.M) return 3 + Object.keys(value.M).length + sizeOf(value.M);
  return 1;
}
