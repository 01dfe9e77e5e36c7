import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { idempotencyLockMs, idempotencyRetentionSeconds } from '../core/accounts/idempotency.ts';
import type { HeldKey, IdempotencyClaim, IdempotencyStore } from '../core/accounts/idempotency-store.ts';
import { type DynamoTable, ifHolds } from './dynamo-client.ts';
import { idempotencyClaimKey } from './dynamo-keys.ts';

/**
 * A key is free in each of these cases: it has no item, or an expired one that DynamoDB has not deleted yet; the
 * claim is our own, because the SDK repeats a write whose answer was lost; the function that held it has died, and
 * the request is the same.
 */
const isFree = `attribute_not_exists(pk) OR expiresAt <= :nowSeconds OR (attribute_not_exists(sealedAnswer)
  AND (claimId = :claimId OR (lockedUntil <= :nowMs AND fingerprint = :fingerprint)))`;

/** One item per key: the claim with the time at which it ends, and later the answer. */
export function createIdempotencyStore({ client, tableName }: DynamoTable): IdempotencyStore {
  return {
    async claimKey(claim, now) {
      for (let tries = 0; tries < 2; tries += 1) {
        if (await putClaim(claim, now)) return 'claimed';
        const held = await findKey(claim);
        if (held) return held;
      }
      // The key was released between the two calls, twice in a row, so other requests are competing for it.
      return { fingerprint: claim.fingerprint };
    },

    storeAnswer: (claim, sealedAnswer) =>
      ifHolds(
        client.send(
          new UpdateCommand({
            ...ownItem(claim),
            UpdateExpression: 'SET sealedAnswer = :answer',
            ExpressionAttributeValues: { ':claimId': claim.claimId, ':answer': sealedAnswer },
          }),
        ),
      ),

    async releaseKey(claim) {
      await ifHolds(
        client.send(
          new DeleteCommand({
            ...ownItem(claim),
            ExpressionAttributeValues: { ':claimId': claim.claimId },
          }),
        ),
      );
    },
  };

  function putClaim({ accountId, keyHash, claimId, fingerprint }: IdempotencyClaim, now: Date) {
    const nowMs = now.getTime();
    const nowSeconds = Math.floor(nowMs / 1_000);
    return ifHolds(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: {
            ...idempotencyClaimKey(accountId, keyHash),
            claimId,
            fingerprint,
            lockedUntil: nowMs + idempotencyLockMs,
            expiresAt: nowSeconds + idempotencyRetentionSeconds,
          },
          ConditionExpression: isFree,
          ExpressionAttributeValues: {
            ':claimId': claimId,
            ':fingerprint': fingerprint,
            ':nowMs': nowMs,
            ':nowSeconds': nowSeconds,
          },
        }),
      ),
    );
  }

  async function findKey({ accountId, keyHash }: IdempotencyClaim): Promise<HeldKey | undefined> {
    const { Item } = await client.send(
      new GetCommand({
        TableName: tableName,
        Key: idempotencyClaimKey(accountId, keyHash),
        ConsistentRead: true,
        ProjectionExpression: 'fingerprint, sealedAnswer',
      }),
    );
    return Item as HeldKey | undefined;
  }

  function ownItem({ accountId, keyHash }: IdempotencyClaim) {
    return {
      TableName: tableName,
      Key: idempotencyClaimKey(accountId, keyHash),
      ConditionExpression: 'claimId = :claimId',
    };
  }
}
