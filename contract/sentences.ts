import * as z from 'zod';
import { drillSentences } from './drill-sentences.ts';
import { holdingSentences } from './holding-sentences.ts';

/**
 * What the API says about webhooks and deliveries in whole sentences, by codes that never change. The page shows them in
 * the language of its reader; everybody else gets the text. A sentence that ends in a colon goes on in the next one.
 */
const sentences = {
  ...drillSentences,
  ...holdingSentences,

  'delivery.delivered': ({ attempts }: Attempts) => `The receiver answered 2xx after ${counted(attempts)}.`,
  'delivery.claimed': ({ attempts }: Attempts) =>
    `The receiver is being called, or was a moment ago; ${counted(attempts)} before.`,
  'delivery.waiting': ({ at, attempts }: Attempts & At) =>
    `The next attempt is planned for ${at}; ${counted(attempts)} so far.`,
  'delivery.waiting-limited': ({ at }: At) => `It waits for a limit until its next turn at ${at}:`,
  'delivery.waiting-answered': ({ at, attempts, status }: Attempts & At & Status) =>
    `The next attempt is planned for ${at}; ${counted(attempts)} so far, the last one answered ${status}.`,
  'delivery.waiting-unanswered': ({ at, attempts }: Attempts & At) =>
    `The next attempt is planned for ${at}; ${counted(attempts)} so far, the last one unanswered: GET /deliveries/{id} says why.`,
  'delivery.parked': ({ attempts }: Attempts) => `No attempt is planned; ${counted(attempts)} so far:`,
  'delivery.exhausted': ({ attempts }: Attempts) => `Given up after ${counted(attempts)}:`,
  'delivery.last-answered': ({ status }: Status) => `The latest attempt was answered ${status}.`,
  'delivery.cancelled': ({ attempts }: Attempts) => `Cancelled after ${counted(attempts)}:`,
  'delivery.asked-for': () => 'Sent because its owner asked for it.',
  'delivery.ends-deleted': () => 'It will be cancelled then: the subscription was deleted.',
  'delivery.ends-not-enabled': ({ status }: { status: string }) =>
    `It will be cancelled then if the subscription is still ${status}.`,

  'parked.failing': () =>
    'the receiver fails, so only one call is made now and then. It goes on by itself once the receiver answers 2xx; GET /subscriptions/{id} says when it is called next.',
  'parked.throttled': () =>
    'the receiver asked for fewer calls. It goes on by itself; GET /subscriptions/{id} says when.',
  'parked.paused': () => 'the subscription is paused. It goes on when the pause ends, or is ended.',
  'parked.disabled': () =>
    'iOmniHub disabled the subscription. Enable it to get what was kept; GET /subscriptions/{id} says why it was disabled.',
  'parked.rate-limit': () =>
    'more has come than `rateLimit` lets through. It goes on by itself, the oldest first; a higher limit makes it faster.',
  'parked.account-paused': () =>
    'iOmniHub has stopped all calls of the account for a while. It goes on by itself.',
  'parked.stage-paused': () => 'iOmniHub has stopped all calls for a while. It goes on by itself.',

  'limit.subscription': () =>
    'so many calls are what its subscription allows. Raise or remove `rateLimit` if the receiver can take more.',
  'limit.unproven-address': () =>
    'one call a second to an address that has not yet answered 2xx, or has failed too often since. Answer one call with 2xx.',
  'limit.account-at-host': () =>
    'the account has used its share of the calls to this host. It goes on by itself; fewer subscriptions or event types there need fewer calls.',
  'limit.account': () =>
    'the account has used its calls to all receivers. It goes on by itself; fewer subscriptions or event types need fewer calls.',
  'limit.host': () =>
    'all accounts have used the calls to this host. It goes on by itself; a host of your own is not shared.',
  'limit.domain': () =>
    'all accounts have used the calls to this domain. It goes on by itself; a domain of your own is not shared.',
  'limit.address': () =>
    'all accounts have used the calls to the address of this host. It goes on by itself; an address of your own is not shared.',
  'limit.places': () =>
    'as many calls of the account are in progress as may be. Let its receivers answer before they do the work.',
  'limit.operator': () => 'iOmniHub has stopped all calls for a while. It goes on by itself.',
  'limit.other': () => 'there is no room for more calls now. It goes on by itself.',

  'failure.answered': ({ status }: Status) => `the receiver answered ${status}.`,
  'failure.status': () =>
    'the receiver did not answer 2xx. The attempts of GET /deliveries/{id} show what it answered.',
  'failure.gone': () =>
    'the receiver answered 410: it is gone for good. The subscription was disabled; if that is a mistake, enable it again.',
  'failure.timeout': () =>
    'the receiver did not connect or answer in time. It should answer before it does the work; `timeoutMs` gives it more time.',
  'failure.timeout-connect': () =>
    'no connection to the receiver was ready in time. Check the host and port of the URL, that the receiver runs, and its firewall.',
  'failure.timeout-handshake': () =>
    'the receiver took the connection, but did not finish the TLS handshake in time. Check that TLS is spoken at the port of the URL, and that the receiver is not overloaded.',
  'failure.timeout-answer': () =>
    'the receiver took the connection, but did not begin to answer in time. It should answer before it does the work; `timeoutMs` gives it more time.',
  'failure.timeout-reading': () =>
    'the receiver began to answer, but its status did not come in time. It should send status and headers at once.',
  'failure.dns': () => "the name in the URL has no address. Check its spelling and the name's DNS records.",
  'failure.connection-refused': () =>
    'nothing accepts connections at the host and port of the URL. Check that the receiver runs, and its firewall.',
  'failure.connection-lost': () =>
    'the connection was closed before the receiver answered. Its own log, or that of a proxy before it, should say why.',
  'failure.tls': () =>
    'the certificate or the TLS handshake of the receiver is not valid. `errorCode` of the attempt says what is wrong.',
  'failure.protocol': () =>
    'what the receiver answered is not HTTP. Check the port of the URL, and what listens there.',
  'failure.invalid-url': () =>
    'iOmniHub does not call this URL. `refusal` of the attempt names the rule; change the URL.',
  'failure.address-forbidden': () =>
    'the name in the URL leads to an address that is not public. Check its DNS records, or change the URL.',
  'failure.challenge-not-echoed': () =>
    'the receiver did not send the challenge back. It has to answer with the challenge that is in the body.',
  'failure.aborted': () =>
    'the receiver asked for no further attempt, by the header `webhook-delivery` of its answer.',
  'failure.expired': () =>
    'the time for its attempts was over, or the event was no longer stored. While it is, POST /deliveries/{id}/retry sends it again.',

  'status.redirect': () =>
    'Redirects are not followed: change the URL to the address that answers by itself.',
  'status.invalid': () =>
    'It takes the callback for invalid: its own log should say why. Compare its signing secret with GET /subscriptions/{id}/secret.',
  'status.closed': () =>
    'It does not let the call in: compare its signing secret with GET /subscriptions/{id}/secret, and check the tokens in `headers` and its firewall.',
  'status.nowhere': () => 'Nothing takes POST requests at this path: check the URL.',
  'status.out-of-time': () =>
    'It, or a proxy before it, ran out of time: it should answer before it does the work.',
  'status.too-large': () =>
    'It takes no body of this size: raise its limit, or that of a proxy before it, to 256 KiB.',
  'status.too-many': () =>
    'It gets more calls than it wants: set `rateLimit`, such as `{ "calls": 30, "perSeconds": 60 }`.',
  'status.down': () =>
    'It is down or overloaded, or a proxy before it does not reach it: check that it runs, and set `rateLimit` if it gets too many calls.',
  'status.refused': () => 'It refuses the callback: its own log should say why.',
  'status.failed': () => 'It failed by itself: its own log should say why.',
  'status.other': () => 'Only 2xx counts as delivered: answer 200 once you have the callback.',

  'cancellation.subscription-disabled': () => 'the subscription was disabled.',
  'cancellation.subscription-pending': () => 'the receiver had not yet said that it wants callbacks.',
  'cancellation.subscription-deleted': () => 'the subscription was deleted.',
  'cancellation.account-suspended': () => 'the account was suspended.',
  'cancellation.discarded': () => 'its owner did not want what had been kept.',
  'cancellation.question-withdrawn': () =>
    'the receiver was asked for its consent anew, or the URL was changed.',

  'event.about-to-be-sent': () => 'The first attempt is about to be made.',
  'event.late': () =>
    'The first attempt is late, or something failed on our side. Then it is made as soon as that is fixed.',
  'event.no-longer-known': () => 'The result is no longer stored, or the event was never sent.',
  'event.not-subscribed': ({ type, seconds }: Before & { type: string }) =>
    `${whenItCame(seconds)} the subscription did not take events of the type ${type}.`,
  'event.disabled': ({ seconds }: Before) => `${whenItCame(seconds)} the subscription was disabled.`,
  'event.pending': ({ seconds }: Before) =>
    `${whenItCame(seconds)} the receiver had not yet said that it wants callbacks.`,
  'event.account-suspended': ({ seconds }: Before) => `${whenItCame(seconds)} the account was suspended.`,
  'event.created-later': ({ at }: At) =>
    `The subscription was created at ${at}: after the event came, or so shortly before it that it did not count yet.`,

  'health.working': ({ at }: At) => `The receiver answers 2xx, for the first time at ${at}.`,
  'health.unproven': () =>
    'The receiver has not answered 2xx yet, or has failed too often since: it gets one call a second at most. Send a test event to see what it answers.',
  'health.address-forbidden': ({ at }: At) =>
    `Nothing is delivered: since ${at}, the name in the URL leads to an address that is not public. Check its DNS records, or change the URL; after a day, the webhook is disabled.`,
  'health.failing': ({ since, at }: { since: string } & At) =>
    `The receiver has failed since ${since}. Its deliveries are kept, and one of them is tried at ${at}:`,
  'health.probing': ({ since }: { since: string }) =>
    `The receiver has failed since ${since}. Its deliveries are kept, and one of them is being tried:`,
  'health.half-open': ({ since }: { since: string }) =>
    `The receiver has failed since ${since}. Nothing waits for it; the next event is tried at once:`,
  'health.throttled': ({ at }: At) =>
    `The receiver asked for fewer calls. Its deliveries are kept until ${at}, and then sent bit by bit.`,
  'health.paused': ({ at }: At) =>
    `Paused until ${at}: its deliveries are kept, and then sent bit by bit. Resume it to get them now.`,
  'health.stopped': () =>
    'iOmniHub has stopped all calls for a while. Deliveries are kept, and sent afterwards.',
  'health.draining': () => 'What was kept is being sent, the oldest first.',
  'health.kept': ({ at }: At) =>
    `Events that come until ${at} are kept, and sent once the webhook is enabled.`,
  'health.disabled-failing': () =>
    'iOmniHub disabled it: no call has succeeded for a long time. Repair the receiver, then enable it.',
  'notice.failing': ({ since }: { since: string }) =>
    `The receiver has failed since ${since}. Its deliveries are kept, and sent once it answers 2xx again:`,
  'notice.disabling': ({ at, since }: { since: string } & At) =>
    `No call has succeeded since ${since}. The webhook is disabled at ${at} unless one does:`,
  'notice.recovered': ({ since }: { since: string }) =>
    `The receiver answers again; it had failed since ${since}. What was kept is sent, the oldest first.`,
  'notice.disabled-by-owner': () => 'The webhook was disabled: it gets no events until it is enabled.',
  'notice.paused': ({ at }: At) =>
    `Deliveries are kept until ${at}, or until the webhook is resumed, and then sent bit by bit.`,
  'notice.resumed': () => 'The pause has ended. What was kept is sent, the oldest first.',
  'notice.secret-rotated': ({ at }: At) =>
    `The webhook has a new signing secret. The old one signs as well until ${at}: let the receiver use the new one by then.`,
  'notice.changed': ({ fields }: { fields: string }) => `Settings of the webhook were changed: ${fields}.`,
  'notice.moved': ({ from, to }: { from: string; to: string }) =>
    `Callbacks now go to ${to} instead of ${from}.`,
  'notice.exhausted': ({ count, since }: { count: number; since: string }) =>
    `${count === 1 ? '1 delivery was' : `${count} deliveries were`} given up since ${since}. GET /subscriptions/{id}/deliveries?status=failed shows why; send them again once the receiver works.`,

  'health.disabled': () => 'Disabled: it gets no events. Enable it to get those that come from then on.',
  'health.disabled-gone': () =>
    'iOmniHub disabled it: the receiver answered 410, which means that it is gone for good. If that is a mistake, enable it again.',
  'health.disabled-invalid-url': () =>
    'iOmniHub disabled it: its URL cannot be used. Change the URL, then enable it.',
  'health.disabled-address-forbidden': () =>
    'iOmniHub disabled it: for a day, the name in the URL led to an address that is not public. Check its DNS records or change the URL, then enable it.',
  'health.disabled-asked-by-receiver': () =>
    'iOmniHub disabled it: the receiver asked for that by the header `webhook-delivery: disable` of its answer. If that is a mistake, enable it again.',
  'health.asked': () => 'The receiver is being asked whether it wants callbacks. Look again in a moment.',
  'health.consent-missing': () =>
    'iOmniHub needs the consent of the receiver, and does not have it yet: ask it once more.',
  'health.consent-failed': () => 'The receiver did not give its consent:',
} satisfies Record<string, (params: never) => string>;

interface Attempts {
  readonly attempts: number;
}
interface At {
  /** A time such as `2026-11-26T12:34:56.000Z`. */
  readonly at: string;
}
interface Status {
  /** Of the receiver's answer. */
  readonly status: number;
}
interface Before {
  /** How old the settings may have been by which the event was planned. */
  readonly seconds: number;
}

export type SentenceCode = keyof typeof sentences;
/** What the sentence of that code depends on. */
export type SentenceParams<Code extends SentenceCode> =
  Parameters<(typeof sentences)[Code]> extends [infer Params] ? Params : Readonly<Record<string, never>>;

export const sentenceView = z
  .object({
    code: z.string().meta({ description: 'Names the sentence for programs, such as `failure.timeout`.' }),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    text: z.string(),
  })
  .meta({ id: 'Sentence' });
export type Sentence = z.output<typeof sentenceView>;

export function say<Code extends SentenceCode>(
  code: Code,
  ...[params]: Parameters<(typeof sentences)[Code]>
): Sentence {
  const write = sentences[code] as (params: unknown) => string;
  return { code, params: { ...(params as Sentence['params'] | undefined) }, text: write(params ?? {}) };
}

export function textOf(said: readonly Sentence[]): string {
  return said.map(({ text }) => text).join(' ');
}

function counted(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function whenItCame(seconds: number): string {
  return `When the event came, or up to ${seconds} seconds before,`;
}
