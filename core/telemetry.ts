export type LogLevel = 'info' | 'warn' | 'error';

interface LogLine {
  /** An `error` is a fault of ours and counts as `FaultsOfOurs`. A receiver's failure never is one. */
  readonly level: LogLevel;
  readonly meaning: string;
}

/** THE list of log lines: name (`noun.verb`), level and meaning. docs/runbook.md shows it. */
export const logLines = {
  'address.refused': {
    level: 'warn',
    meaning: "A call was not made, because the receiver's name leads to an address that is not public.",
  },
  'answer.unstored': {
    level: 'error',
    meaning:
      'The answer to a request with an Idempotency-Key could not be stored. The caller got it, but a repetition is served anew once the lock has expired.',
  },
  'credential.unrecorded': {
    level: 'error',
    meaning: 'The time at which a credential was used could not be written. The request was served.',
  },
  'delivery.attempted': {
    level: 'info',
    meaning:
      'An attempt ended. `end` says how; a call adds its outcome, and a failed one what was decided. `explanation` is what the owner reads of a failure, a wait or an end.',
  },
  'delivery.failed': {
    level: 'error',
    meaning: 'A fault stopped an attempt. SQS delivers its message again.',
  },
  'delivery.rejected': {
    level: 'error',
    meaning: 'A message was not a delivery and went to the dead-letter queue.',
  },
  'delivery.uncalled': {
    level: 'warn',
    meaning:
      'A delivery waited for the whole horizon and ended without a call. Usually its account publishes more than a limit allows.',
  },
  'delivery.unrecorded': {
    level: 'error',
    meaning: 'The results of successful first attempts could not be written. Their calls are repeated.',
  },
  'delivery.unsent': {
    level: 'error',
    meaning: 'The message of a delivery that an owner asked for was not sent. The sweeper sends it later.',
  },
  'destination.refused': {
    level: 'info',
    meaning: "The API refused a subscription's URL, because its name leads to an address that is not public.",
  },
  'event.dispatched': {
    level: 'info',
    meaning:
      'A published event was taken in. `envelopeId` is the `EventId` that PutEvents answered, and `outcome` says what became of it: `planned` (with the number of its deliveries), `repeated` (the queue delivered it again), `duplicate` (it had been published before) or `without-subscriptions`.',
  },
  'event.failed': {
    level: 'error',
    meaning: 'A fault stopped the dispatch of an event. SQS delivers its message again.',
  },
  'event.rejected': {
    level: 'warn',
    meaning:
      'A published event was invalid and went to the dead-letter queue. The line names the reason, and `envelopeId` as `event.dispatched` does.',
  },
  'event.unrouted': {
    level: 'warn',
    meaning:
      'An event with an unknown source or type waits in the queue `unrouted`. EventBridge writes this line into the log group `/aws/events/…-unrouted`: the name, the source, the type and the `envelopeId`.',
  },
  'idempotency-key.unreleased': {
    level: 'error',
    meaning:
      'An Idempotency-Key could not be released. The request can be repeated once its lock has expired.',
  },
  'place.uncounted': {
    level: 'error',
    meaning:
      'An account’s calls in progress could not be counted. The calls were made; for a moment nothing bounds how many.',
  },
  'receiver.unrecorded': {
    level: 'error',
    meaning: 'What a call showed about its receiver could not be written. The next call shows it again.',
  },
  'request.failed': {
    level: 'error',
    meaning: 'A fault stopped an API request. The caller got a 500.',
  },
  'request.served': {
    level: 'info',
    meaning: 'The API answered a request.',
  },
  'stage.paused': {
    level: 'warn',
    meaning:
      'An operator has stopped all calls of the stage, and nobody has started them again. The sweeper writes this line once a minute, so that it is not forgotten.',
  },
  'statistics.unwritten': {
    level: 'warn',
    meaning:
      'Attempts could not be added to the hourly statistics. They are written with the next batch. No callback depends on them.',
  },
  'subscription.changed': {
    level: 'info',
    meaning:
      'Something happened to a subscription as a whole. `change` names it, such as `breaker-opened`, `paused` or `drain-ended`, and `health` says what the API and the page say from then on.',
  },
  'sweep.failed': {
    level: 'error',
    meaning: 'The sweeper could not read, write or send a due delivery. The next sweep tries again.',
  },
} as const satisfies Record<`${string}.${string}`, LogLine>;

/** The names of log lines at this level. */
export type LogName<Level extends LogLevel = LogLevel> = {
  [Name in keyof typeof logLines]: (typeof logLines)[Name]['level'] extends Level ? Name : never;
}[keyof typeof logLines];

/** THE list of metrics: name and what it counts. docs/runbook.md shows it. */
export const metrics = {
  AddressesRefused:
    'Calls and URLs that were refused, because a name leads to an address that is not public.',
  AttemptsFailed: 'Calls to receivers that failed.',
  AttemptsSucceeded: 'Calls to receivers that were answered with 2xx.',
  BreakersClosed: 'Receivers that failed for a while and answer again.',
  BreakersOpened: 'Receivers that failed so often that their deliveries are parked.',
  BreakersReopened: 'Probes that failed, so that the next one comes later.',
  DeliveriesDeferred: 'First attempts that went to the retry queue, because the receiver is slow.',
  DeliveriesExhausted: 'Deliveries that ended undelivered, because no attempt was left or none could help.',
  DeliveriesParked: 'Deliveries that wait until their subscription goes on.',
  DeliveriesPostponed: 'Attempts that had to wait for room at a limit.',
  DeliveriesReleased: 'Parked deliveries whose next attempt was planned.',
  DeliveriesSwept: 'Due deliveries that the sweeper sent.',
  DeliveriesUncalled: 'Deliveries that ended without a single call, because their horizon passed.',
  EventsDispatched: 'Events that were recorded for the first time. Their deliveries were planned.',
  EventsDuplicated: 'Events that were published again with the same id and content. They were dropped.',
  EventsRejected: 'Published events that were invalid.',
  EventsUnrouted: 'Published events with an unknown source or type, by `Source` and `DetailType`.',
  EventsWithoutSubscriptions: 'Events of accounts without a subscription. They were dropped.',
  FaultsOfOurs: 'Log lines at level `error`.',
  ProbesSent: 'Parked deliveries that were sent to ask whether a receiver works again.',
  SubscriptionsDisabled: 'Subscriptions that were disabled, by us or by their owners.',
  SubscriptionsPaused: 'Subscriptions that their owners paused.',
  SubscriptionsResumed: 'Pauses that ended.',
  SubscriptionsThrottled: 'Receivers that asked for fewer calls.',
} as const satisfies Record<string, string>;

export type MetricName = keyof typeof metrics;

type Fields = Readonly<Record<string, unknown>>;

/** Writes a handler's log lines and counts its metrics. Fields never hold payloads, secrets or whole URLs. */
export interface Telemetry {
  info(name: LogName<'info'>, fields: Fields): void;
  warn(name: LogName<'warn'>, fields: Fields): void;
  /** Only for a fault of ours: an alarm counts these lines. */
  error(name: LogName<'error'>, fields: Fields): void;
  count(metric: MetricName, value?: number): void;
}
