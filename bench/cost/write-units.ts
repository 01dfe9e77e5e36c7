import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import type { WireProxy } from '../wire-proxy.ts';

type Item = Readonly<Record<string, AttributeValue>>;

export interface WriteUnits {
  /** By what was written, such as `delivery` or `index due`, since the start or the last call. */
  take(): Record<string, number>;
  /** By the same names: how many bytes the items and index entries have grown by since the last call. */
  takeGrowth(): Record<string, number>;
}

/** What the items are, by the beginnings of their keys. What deliveries do not write is `other`. */
const kinds: readonly (readonly [kind: string, pk: RegExp, sk: RegExp])[] = [
  ['event', /^A#[^#]+#E#/, /^E$/],
  ['delivery', /^A#[^#]+#S#/, /^D#/],
  ['attempt', /^A#[^#]+#S#/, /^T#/],
  ['statistics', /^A#[^#]+#S#/, /^H#/],
  ['count', /^A#[^#]+#S#/, /^X$/],
  ['subscription', /^A#[^#]+$/, /^S#/],
  ['place', /^L#places /, /^\d+$/],
  ['tokens', /^L#/, /^L$/],
];

/** Each index with its key and with all that it projects, besides the key of the table. */
const indexes = {
  due: { key: ['dueShard', 'dueAt'], projected: [] },
  parked: { key: ['pk', 'parkedOrder'], projected: [] },
  feed: { key: ['feed', 'feedPosition'], projected: ['type', 'acceptedAt', 'recordedAt', 'isTest'] },
};

/**
 * Counts write units as DynamoDB does: for each item of a write, one for each KB that has begun, of the larger one of the
 * item before and after; for each index, one for an entry that comes, goes or changes, and two for one whose key changes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */
export function countWriteUnits(
  proxy: Pick<WireProxy, 'layer'>,
  { client, tableName }: Pick<DynamoTable, 'client' | 'tableName'>,
): WriteUnits {
  const units = openTally();
  const growth = openTally();
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
      const sizes = [sizeOf(before[index]), sizeOf(after[index])] as const;
      units.add(kindOf(key), unitsOf(Math.max(...sizes)));
      growth.add(kindOf(key), sizes[1] - sizes[0]);
      for (const [name, projection] of Object.entries(indexes)) {
        const entries = [entryOf(projection, before[index]), entryOf(projection, after[index])] as const;
        // Those of subscriptions do not grow with deliveries.
        const kind = kindOf(key) === 'subscription' ? 'subscription' : `index ${name}`;
        units.add(kind, indexUnits(projection, ...entries));
        growth.add(kind, sizeOf(entries[1]) - sizeOf(entries[0]));
      }
    });
    return answer;
  });

  return { take: units.take, takeGrowth: growth.take };
}

function openTally() {
  let counts: Record<string, number> = {};
  return {
    add(kind: string, count: number) {
      if (count !== 0) counts[kind] = (counts[kind] ?? 0) + count;
    },
    take() {
      const taken = counts;
      counts = {};
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
  const [kind] = kinds.find(([, ofPk, ofSk]) => ofPk.test(pk?.S ?? '') && ofSk.test(sk?.S ?? '')) ?? [
    'other',
  ];
  return kind;
}

type Projection = (typeof indexes)[keyof typeof indexes];

/** What the index holds of an item; of one without the index's key, nothing. */
function entryOf({ key, projected }: Projection, item: Item | undefined): Item | undefined {
  if (!item || !key.every((name) => name in item)) return undefined;
  return pick(item, ['pk', 'sk', ...key, ...projected]);
}

function indexUnits({ key }: Projection, old: Item | undefined, next: Item | undefined): number {
  if (JSON.stringify(old) === JSON.stringify(next)) return 0;
  const size = unitsOf(Math.max(sizeOf(old), sizeOf(next)));
  const isMoved = old && next && JSON.stringify(pick(old, key)) !== JSON.stringify(pick(next, key));
  return isMoved ? 2 * size : size;
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
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
