/** What must hold, whatever breaks. */
export const invariants = {
  I1: 'every accepted event ends in one terminal state for every subscription that takes it, is parked or is held',
  I2: 'nothing is delivered that nobody published, or that is not subscribed to',
  I3: 'nothing crosses accounts',
  I4: 'bytes, signatures and headers are as a receiver expects them',
  I5: 'the webhook-id is the event’s, in every attempt',
  I6: 'nothing is delivered twice, or called more often than scheduled, but what a fault explains',
  I7: 'every call that a receiver saw is recorded, as it was answered, or a fault explains it',
  I8: 'an account that is dead or holds its calls leaves the others’ latency within twice their baseline and a second',
  I9: 'once a subscription has ended or moved, or while it is paused, nothing is called there',
  I10: 'a redrive loses nothing',
  I11: 'no secret stands where somebody could read it',
  I12: 'no connection to an address that is not public',
  I13: 'a receiver that fails gets one call at a time, to see whether it works again',
  I14: 'nothing stays parked that nobody holds back',
} as const;
export type Invariant = keyof typeof invariants;

export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  /** The delivery that it is about, for its history. */
  readonly subscriptionId?: string | undefined;
  readonly eventId?: string | undefined;
}
