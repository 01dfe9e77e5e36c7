import type { Attempt } from '../core/deliveries/delivery.ts';
import type { ReceiverNotes } from '../core/subscriptions/receiver-notes.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type { Telemetry } from './telemetry.ts';

export interface NoteTakerDeps {
  readonly receiverNotes: ReceiverNotes;
  readonly telemetry: Telemetry;
  readonly settings: { readonly callbackTimeoutMs: number };
  readonly now: () => Date;
}

/** Of the deadline: a call that takes this much is slow. */
const slowShare = 0.25;

/** What a call shows about its receiver, if it is news. A note that fails must not cost the result of the call. */
export function createNoteTaker({ receiverNotes, telemetry, settings, now }: NoteTakerDeps) {
  return async function takeNote(subscription: Subscription, { outcome }: Attempt): Promise<void> {
    const { accountId, id: subscriptionId } = subscription;
    try {
      if (outcome.kind === 'success') {
        const isNews = !subscription.provenAt || subscription.addressRefusals;
        if (isNews) await receiverNotes.noteSuccess(subscription, now());
      } else if (outcome.reason === 'address-forbidden') {
        const { refusal } = outcome;
        telemetry.warn('address.refused', { accountId, subscriptionId, host: hostOf(subscription), refusal });
        telemetry.count('AddressesRefused');
        await receiverNotes.noteAddressRefused(subscription, now());
      }
      const isSlow = outcome.durationMs >= settings.callbackTimeoutMs * slowShare;
      if (isSlow !== (subscription.slowSince !== undefined))
        await receiverNotes.noteSpeed(subscription, isSlow, now());
    } catch (error) {
      telemetry.error('receiver.unnoted', { accountId, subscriptionId, error });
    }
  };
}

/** The host only: the path of a hook is often a credential. */
export function hostOf({ url }: Subscription): string | undefined {
  return URL.parse(url)?.host;
}
