/** What an account may have a limited number of. */
export type SlotKind = 'subscriptions' | 'api-keys' | 'portal-sessions';

export interface SlotRequest {
  readonly accountId: string;
  readonly kind: SlotKind;
  /** Of the thing that is about to be created. */
  readonly id: string;
  readonly max: number;
}

/**
 * Counts what an account has, also for requests that come at the same time. Take a slot before you create the thing, and
 * free it after you have deleted it.
 */
export interface Slots {
  /**
   * Returns false if all slots are taken. `listHolders` lists the ids that exist now: a slot counts no longer than its
   * holder, so that a crash in between costs a slot for a minute only.
   */
  takeSlot(request: SlotRequest, listHolders: () => Promise<readonly string[]>, now: Date): Promise<boolean>;
  freeSlot(slot: Omit<SlotRequest, 'max'>): Promise<void>;
}
