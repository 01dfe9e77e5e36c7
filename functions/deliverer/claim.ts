import {
  type DeliveryInWork,
  type DeliveryMessage,
  isLateFirst,
  isParked,
  mustClaim,
  type ParkedDelivery,
} from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import { claim } from '../../core/deliveries/delivery-steps.ts';
import type { Ending } from './ending.ts';

export interface ClaimDeps {
  readonly deliveries: DeliveryLog;
  readonly settings: { readonly claimLeaseMs: number };
  readonly now: () => Date;
}

export interface ClaimParts {
  /** See `createParking`. */
  readonly lookAgain: (row: ParkedDelivery) => Promise<void>;
}

/** What SQS says about a message that it hands out. */
export interface Receipt {
  readonly receiveCount: number;
  readonly sentAt: Date;
}

/**
 * Claims the delivery if a call for it may already have been made. A first attempt claims nothing, because it has no
 * row yet.
 */
export function createClaim({ deliveries, settings, now }: ClaimDeps, { lookAgain }: ClaimParts) {
  return async function claimDelivery(
    message: DeliveryMessage,
    { receiveCount, sentAt }: Receipt,
  ): Promise<DeliveryInWork | Ending> {
    const isFirst = !mustClaim(message, receiveCount);
    if (isFirst && !isLateFirst(sentAt, now())) return { message, claimed: undefined };
    const seen = await deliveries.findDelivery(message);
    // Whoever parked it may have crashed before it looked again.
    if (isParked(seen)) {
      await lookAgain(seen);
      return { kind: 'void' };
    }
    if (isFirst) return seen ? { kind: 'void' } : { message, claimed: undefined };
    const claimed = claim(seen, message, now(), settings.claimLeaseMs);
    if (!claimed || !(await deliveries.replaceDelivery(seen, claimed))) return { kind: 'void' };
    return { message, claimed };
  };
}
