import type { ExhaustionReason } from '../../core/deliveries/retry-policy.ts';
import type { RejectionReason } from '../../core/events/published-event.ts';

interface ReasonText {
  readonly meaning: string;
  readonly whatToDo: string;
}

/** Where the reasons of an `exhausted-deliveries` message come from, and the others. */
type EventReason = RejectionReason | 'unknown-source' | 'gave-up';

const mendBackend =
  'Fix the backend, or the catalog if the event is right. Deploy, then `send`. If the event must be published anew, `discard` the message.';

/** Why a message waits in a dead-letter queue, other than a receiver's failure. docs/runbook.md shows it. */
export const eventReasons = {
  'not-json': { meaning: 'The message is not JSON.', whatToDo: mendBackend },
  'not-an-event': {
    meaning: 'The message is JSON, but not an event that EventBridge sent.',
    whatToDo: mendBackend,
  },
  'invalid-detail': {
    meaning: 'The id, the account, the time or the data of the event is missing or malformed.',
    whatToDo: mendBackend,
  },
  'invalid-data': { meaning: 'The data does not fit the event type’s schema.', whatToDo: mendBackend },
  'too-large': {
    meaning: 'The callback’s body would be over 256 KiB.',
    whatToDo: 'The event cannot be delivered. The backend has to publish less. `discard` the message.',
  },
  'id-conflict': {
    meaning:
      'Two events of one account have one id and different content. The order of fields and the form of numbers and times do not count.',
    whatToDo:
      'The second event was not delivered. The backend derives ids wrongly, and has to publish it with a new id. Then `discard` the message.',
  },
  'unknown-type': {
    meaning:
      'The source is the helpdesk’s, but the catalog does not know the type. Either the backend was deployed before the catalog, or the type is misspelt.',
    whatToDo:
      'If the type is right, add it (CONTRIBUTING.md), deploy and `send`. If it is misspelt, the backend has to publish the event again; `discard` the message.',
  },
  'unknown-source': {
    meaning:
      '`Source` is neither `iomnihub.helpdesk` nor `iomnihub.webhooks`. `send` leaves these events where they are.',
    whatToDo:
      'Find out who publishes them. If it is the backend, it has to publish them again with its own source. Then `discard` them.',
  },
  'not-a-delivery': {
    meaning: 'The message in a delivery queue is not one of ours.',
    whatToDo: 'Find out who sends to the queue. `discard` the message.',
  },
  'gave-up': {
    meaning: 'Faults of ours lasted for six hours.',
    whatToDo: 'Mend the fault (*Functions report faults*), then `send`.',
  },
} as const satisfies Record<EventReason, ReasonText>;

const askOwner =
  'If many accounts share this reason and the hour, suspect a fault of ours. Otherwise the owner mends the receiver, then `send`.';
const looksLikeOurs = 'If many receivers share it, suspect our egress or name servers. Mend it, then `send`.';

/** Why every attempt of a delivery failed: the reason of the last one. docs/runbook.md shows it. */
export const exhaustionReasons = {
  status: { meaning: 'The receiver answered with something other than 2xx.', whatToDo: askOwner },
  gone: {
    meaning: 'The receiver answered 410. The subscription is disabled.',
    whatToDo: 'Nothing: the receiver wants no more callbacks. `discard` the messages.',
  },
  timeout: { meaning: 'The receiver did not answer in time.', whatToDo: looksLikeOurs },
  dns: { meaning: 'The name of the receiver was not found.', whatToDo: looksLikeOurs },
  'connection-refused': { meaning: 'The receiver refused the connection.', whatToDo: looksLikeOurs },
  'connection-lost': { meaning: 'The connection broke.', whatToDo: looksLikeOurs },
  tls: {
    meaning: 'The certificate of the receiver is not valid, or the handshake failed.',
    whatToDo: 'If many receivers share it, suspect our certificate store. Otherwise see `status`.',
  },
  protocol: { meaning: 'The answer is not HTTP.', whatToDo: askOwner },
  'invalid-url': {
    meaning: 'The stored URL is no longer valid.',
    whatToDo: 'The owner changes the URL, then `send`.',
  },
  'address-forbidden': {
    meaning: 'The name of the receiver leads to an address that is not public.',
    whatToDo: 'The owner changes the name or the URL, then `send`.',
  },
  aborted: {
    meaning: 'The receiver asked for no further attempt, by the header `webhook-delivery` of its answer.',
    whatToDo: 'Nothing: the receiver does not want the event. `discard` the messages.',
  },
  'challenge-not-echoed': {
    meaning: 'The receiver did not give its consent.',
    whatToDo: 'The owner mends the receiver and asks again by the API. `discard` the messages.',
  },
  expired: {
    meaning: 'The receiver could not be asked for its consent in time.',
    whatToDo: 'Mend what held the deliverer up. The owner asks again by the API. `discard` the messages.',
  },
} as const satisfies Record<ExhaustionReason, ReasonText>;

const texts: Readonly<Record<string, ReasonText>> = { ...eventReasons, ...exhaustionReasons };

/** EventBridge gives codes of its own in `rule-targets-dlq`, such as `NO_PERMISSIONS`. */
const ofEventBridge: ReasonText = {
  meaning: 'EventBridge could not reach the target of a rule.',
  whatToDo:
    'Most often somebody changed a queue policy by hand; `npx cdk diff` shows it. Deploy, then `send`.',
};

export function explainReason(reason: string): ReasonText {
  return (Object.hasOwn(texts, reason) && texts[reason]) || ofEventBridge;
}
