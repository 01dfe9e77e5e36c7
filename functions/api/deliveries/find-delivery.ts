import { type Delivery, parseDeliveryId } from '../../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../../core/deliveries/delivery-log.ts';

/** The delivery of this account that has the id. Any other text, and another account's id, find nothing. */
export async function findDelivery(
  deliveries: Pick<DeliveryLog, 'findDelivery'>,
  accountId: string,
  id: string,
): Promise<Delivery | undefined> {
  const named = parseDeliveryId(id);
  return named && deliveries.findDelivery({ ...named, accountId, eventType: '' });
}
