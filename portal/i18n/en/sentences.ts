import type { Sentences } from '../sentences.ts';
import { drillSentences } from './drill.ts';
import { plural } from './words.ts';

const attempts = (count: number) => plural(count, { one: '# attempt', other: '# attempts' });
const whenItCame = (seconds: number) => `When the event came, or up to ${seconds} seconds before,`;

/** Those that the page says in other words than the API. All others are shown as the API says them. */
export const sentences: Partial<Sentences> = {
  'delivery.delivered': (p) => `Your server answered 2xx after ${attempts(p.attempts)}.`,
  'delivery.claimed': () => 'Your server is being called, or was a moment ago.',
  'delivery.waiting': (p, time) => `The next attempt is planned for ${time(p.at)}.`,
  'delivery.waiting-answered': (p, time) =>
    `Your server answered ${p.status}. We try again at ${time(p.at)}, after ${attempts(p.attempts)}; nothing is lost.`,
  'delivery.waiting-unanswered': (p, time) =>
    `No good answer came from your server. We try again at ${time(p.at)}, after ${attempts(p.attempts)}; nothing is lost.`,
  'delivery.parked': (p) => (p.attempts === 0 ? 'Kept:' : `Kept, after ${attempts(p.attempts)}:`),
  'delivery.exhausted': (p) => `Given up after ${attempts(p.attempts)}:`,
  'delivery.last-answered': (p) => `Your server answered ${p.status} to the latest attempt.`,
  'delivery.cancelled': (p) => (p.attempts === 0 ? 'Cancelled:' : `Cancelled after ${attempts(p.attempts)}:`),
  'delivery.asked-for': () => 'Sent because somebody asked for it.',
  'delivery.ends-deleted': () => 'It is cancelled then, because the webhook was deleted.',
  'delivery.ends-not-enabled': () => 'It is cancelled then if the webhook is not enabled by that time.',
  'delivery.held-back': () => 'It is kept then instead of being sent, if this is still so:',

  'parked.failing-until': (p, time) =>
    `your server fails. One delivery is tried at ${time(p.at)}; this one follows by itself once your server answers 2xx.`,
  'parked.throttled-until': (p, time) =>
    `your server asked for fewer calls until ${time(p.at)}. It goes on then by itself.`,
  'parked.paused-until': (p, time) =>
    `the webhook is paused until ${time(p.at)}. It goes on then by itself, or when the pause is ended.`,
  'parked.disabled-until': (p, time) =>
    `iOmniHub disabled the webhook. Enable it to get what was kept; events that come until ${time(p.at)} are kept too.`,
  'parked.failing': () =>
    'your server fails, so only one call is made now and then. It goes on by itself once your server answers 2xx.',
  'parked.throttled': () => 'your server asked for fewer calls. It goes on by itself.',
  'parked.paused': () => 'the webhook is paused. It goes on when the pause ends, or is ended.',
  'parked.disabled': () => 'iOmniHub disabled the webhook. Enable it to get what was kept.',
  'parked.rate-limit': () =>
    'more has come than the limit of the webhook lets through. It goes on by itself, the oldest first; a higher limit makes it faster.',

  'limit.subscription': () =>
    'so many calls are what this webhook allows. Raise or remove its limit in the settings if your server can take more.',
  'limit.unproven-address': () =>
    'one call a second until your server has answered 2xx, or while it fails too often. One answer of 2xx lifts it.',
  'limit.account-at-host': () =>
    'your account has used its share of the calls to this host. It goes on by itself; fewer webhooks or events there need fewer calls.',
  'limit.account': () =>
    'your account has used its calls to all servers. It goes on by itself; fewer webhooks or events need fewer calls.',
  'limit.places': () =>
    'as many of your calls are in progress as may be. Let your servers answer before they do the work.',

  'failure.answered': (p) => `your server answered ${p.status}.`,
  'failure.status': () => 'your server did not answer 2xx. The attempts show what it answered.',
  'failure.gone': () =>
    'your server answered 410: it is gone for good. The webhook was disabled; if that is a mistake, enable it again.',
  'failure.timeout': () =>
    'your server did not connect or answer in time. It should answer before it does the work; the timeout in the settings gives it more time.',
  'failure.timeout-connect': () =>
    'no connection to your server was ready in time. Check the host and port of the URL, that your server runs, and its firewall.',
  'failure.timeout-handshake': () =>
    'your server took the connection, but did not finish the TLS handshake in time. Check that TLS is spoken at the port of the URL, and that your server is not overloaded.',
  'failure.timeout-answer': () =>
    'your server took the connection, but did not begin to answer in time. It should answer before it does the work; the timeout in the settings gives it more time.',
  'failure.timeout-reading': () =>
    'your server began to answer, but its status did not come in time. It should send status and headers at once.',
  'failure.connection-refused': () =>
    'nothing accepts connections at the host and port of the URL. Check that your server runs, and its firewall.',
  'failure.connection-lost': () =>
    'the connection was closed before your server answered. Its own log, or that of a proxy before it, should say why.',
  'failure.tls': () =>
    'the certificate or the TLS handshake of your server is not valid. The attempt below says what is wrong.',
  'failure.protocol': () =>
    'what your server answered is not HTTP. Check the port of the URL, and what listens there.',
  'failure.invalid-url': () => 'iOmniHub does not call this URL. Change it in the settings.',
  'failure.aborted': () =>
    'your server asked for no further attempt, by the header webhook-delivery of its answer.',
  'failure.challenge-not-echoed': () =>
    'your server did not send the challenge back. It has to answer with the challenge that is in the body.',

  'failure.expired': () =>
    'the time for its attempts was over, or the event was no longer stored. While it is, you can send it again.',

  'status.closed': () =>
    'It does not let the call in: compare its signing secret with the one in the settings, and check the tokens in the custom headers and its firewall.',
  'status.invalid': () =>
    'It takes the callback for invalid: its own log should say why. Compare its signing secret with the one in the settings.',
  'status.down': () =>
    'It is down or overloaded, or a proxy before it does not reach it: check that it runs, and limit the calls in the settings if it gets too many.',
  'status.too-many': () => 'It gets more calls than it wants: set a limit on calls in the settings.',

  'cancellation.subscription-disabled': () => 'the webhook was disabled.',
  'cancellation.subscription-pending': () => 'your server had not yet said that it wants callbacks.',
  'cancellation.subscription-deleted': () => 'the webhook was deleted.',
  'cancellation.discarded': () => 'somebody chose not to send what had been kept.',
  'cancellation.question-withdrawn': () => 'your server was asked anew, or the URL was changed.',

  'event.not-subscribed': (p) =>
    `${whenItCame(p.seconds)} the webhook did not take events of the type ${p.type}.`,
  'event.disabled': (p) => `${whenItCame(p.seconds)} the webhook was disabled.`,
  'event.pending': (p) => `${whenItCame(p.seconds)} your server had not yet said that it wants callbacks.`,
  'event.created-later': (p, time) =>
    `The webhook was created at ${time(p.at)}: after the event came, or so shortly before it that it did not count yet.`,

  'health.working': (p, time) => `Your server answers 2xx, for the first time at ${time(p.at)}.`,
  'health.unproven': () =>
    'Your server has not answered 2xx yet, or has failed too often since: it gets one call a second at most. Send a test event to see what it answers.',
  'health.address-forbidden': (p, time) =>
    `Nothing is delivered: since ${time(p.at)}, the name in the URL leads to an address that is not public. Check its DNS records, or change the URL; after a day, the webhook is disabled.`,
  'health.failing': (p, time) =>
    `Your server has failed since ${time(p.since)}. Deliveries are kept, and one of them is tried at ${time(p.at)}. The last call:`,
  'health.probing': (p, time) =>
    `Your server has failed since ${time(p.since)}. Deliveries are kept, and one of them is being tried. The last call:`,
  'health.half-open': (p, time) =>
    `Your server has failed since ${time(p.since)}. Nothing waits for it; the next event is tried at once. The last call:`,
  'health.throttled': (p, time) =>
    `Your server asked for fewer calls. Deliveries are kept until ${time(p.at)}, and then sent bit by bit.`,
  'health.paused': (p, time) =>
    `Paused until ${time(p.at)}: deliveries are kept, and then sent bit by bit. Resume it to get them now.`,
  'health.discarding': (p, time) => `What was kept until ${time(p.at)} is being cancelled.`,
  'health.kept': (p, time) =>
    `Events that come until ${time(p.at)} are kept, and sent once the webhook is enabled.`,
  'health.disabled-failing': () =>
    'iOmniHub disabled it: no call has succeeded for days. Repair your server, then enable it.',
  'health.disabled': () => 'It gets no events. Enable it to get those that come from then on.',
  'health.disabled-gone': () =>
    'iOmniHub disabled it: your server answered 410, which means that it is gone for good. If that is a mistake, enable it again.',
  'health.disabled-asked-by-receiver': () =>
    'iOmniHub disabled it: your server asked for that by the header webhook-delivery: disable of its answer. If that is a mistake, enable it again.',
  'health.asked': () => 'Your server is being asked whether it wants callbacks. Look again in a moment.',
  'health.consent-missing': () =>
    'iOmniHub needs the consent of your server, and does not have it yet: ask it once more in the settings.',
  'health.consent-failed': () => 'Your server did not give its consent:',

  'notice.failing': (p, time) =>
    `Your server has failed since ${time(p.since)}. Deliveries are kept, and sent once it answers 2xx again. The last call:`,
  'notice.disabling': (p, time) =>
    `No call has succeeded since ${time(p.since)}. The webhook is disabled at ${time(p.at)} unless one does. The last call:`,
  'notice.recovered': (p, time) =>
    `Your server answers again; it had failed since ${time(p.since)}. What was kept is sent, the oldest first.`,
  'notice.paused': (p, time) =>
    `Deliveries are kept until ${time(p.at)}, or until the webhook is resumed, and then sent bit by bit.`,
  'notice.secret-rotated': (p, time) =>
    `The webhook has a new signing secret. The old one signs as well until ${time(p.at)}: let your server use the new one by then.`,
  'notice.exhausted': (p, time) =>
    `${plural(p.count, { one: '# delivery was', other: '# deliveries were' })} given up since ${time(p.since)}. The list of deliveries shows why; send them again once your server works.`,

  ...drillSentences,
};
