import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SlotRequest, Slots } from '../core/accounts/slots.ts';
import { type DynamoTable, ifHolds } from './dynamo-client.ts';
import { slotsKey } from './dynamo-keys.ts';

/** A request that has taken a slot creates the holder within this time: the API function is stopped before it ends. */
const creationMs = 60_000;

const maxTries = 5;

/** When each slot was taken, in ms since 1970, by the id of its holder. */
type TakenSlots = Readonly<Record<string, number>>;

/**
 * One item for each account and kind. A conditional update takes a slot, so that no two requests take the last one. If
 * the item is full or absent, it is written anew from the holders that exist.
 */
export function createSlots({ client, tableName }: DynamoTable): Slots {
  return {
    async takeSlot(request, listHolders, now) {
      for (let tries = 0; tries < maxTries; tries += 1) {
        if (await takeFree(request, now)) return true;
        const Key = slotsKey(request.accountId, request.kind);
        // Read before the holders: if a slot is freed meanwhile, the write below fails.
        const { Item } = await client.send(
          new GetCommand({ TableName: tableName, Key, ConsistentRead: true }),
        );
        const slots = slotsLeft((Item?.['slots'] ?? {}) as TakenSlots, await listHolders(), now);
        if (Object.keys(slots).length >= request.max) return false;
        const revision = Number(Item?.['revision'] ?? 0);
        if (await rewrite(request, { ...slots, [request.id]: now.getTime() }, revision)) return true;
      }
      return false;
    },

    async freeSlot({ accountId, kind, id }) {
      await ifHolds(
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: slotsKey(accountId, kind),
            UpdateExpression: 'REMOVE slots.#id ADD revision :one',
            ConditionExpression: 'attribute_exists(slots.#id)',
            ExpressionAttributeNames: { '#id': id },
            ExpressionAttributeValues: { ':one': 1 },
          }),
        ),
      );
    },
  };

  /** The SDK repeats a write whose answer was lost: a slot that is taken for this very id is taken. */
  function takeFree({ accountId, kind, id, max }: SlotRequest, now: Date): Promise<boolean> {
    return ifHolds(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: slotsKey(accountId, kind),
          UpdateExpression: 'SET slots.#id = :at ADD revision :one',
          ConditionExpression: 'attribute_exists(slots.#id) OR size(slots) < :max',
          ExpressionAttributeNames: { '#id': id },
          ExpressionAttributeValues: { ':at': now.getTime(), ':one': 1, ':max': max },
        }),
      ),
    );
  }

  function rewrite({ accountId, kind }: SlotRequest, slots: TakenSlots, revision: number) {
    return ifHolds(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...slotsKey(accountId, kind), slots, revision: revision + 1 },
          ...(revision === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'revision = :revision',
                ExpressionAttributeValues: { ':revision': revision },
              }),
        }),
      ),
    );
  }
}

/** The slots of those that exist, and of those that may be about to. */
function slotsLeft(taken: TakenSlots, holders: readonly string[], now: Date): TakenSlots {
  const young = Object.entries(taken).filter(([, at]) => now.getTime() - at < creationMs);
  const held = holders.map((id) => [id, taken[id] ?? now.getTime()] as const);
  return Object.fromEntries([...young, ...held]);
}
