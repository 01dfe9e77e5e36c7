/** What the API says of deliveries that are held back, where it knows until when. See `sentences`. */
export const holdingSentences = {
  'delivery.held-back': () => 'It is parked then instead of being called, if this is still so:',
  'parked.failing-until': ({ at }: At) =>
    `the receiver fails. One delivery is tried at ${at}; this one follows by itself once the receiver answers 2xx.`,
  'parked.throttled-until': ({ at }: At) =>
    `the receiver asked for fewer calls until ${at}. It goes on then by itself.`,
  'parked.paused-until': ({ at }: At) =>
    `the subscription is paused until ${at}. It goes on then by itself, or when the pause is ended.`,
  'parked.disabled-until': ({ at }: At) =>
    `iOmniHub disabled the subscription. Enable it to get what was kept; events that come until ${at} are kept too.`,
  'parked.draining': () => 'what was kept is being sent, the oldest first. It goes on by itself.',
  'health.discarding': ({ at }: At) => `What was parked until ${at} is being cancelled.`,
} satisfies Record<string, (params: never) => string>;

interface At {
  /** A time such as `2026-11-26T12:34:56.000Z`. */
  readonly at: string;
}
