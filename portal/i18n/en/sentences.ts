import type { Sentences } from '../sentences.ts';
import { drillSentences } from './drill.ts';
import { plural } from './words.ts';

const attempts = (count: number) => plural(count, { one: '# attempt', other: '# attempts' });
const whenItCame = (seconds: number) => `When the event came, or up to ${seconds} seconds before,`;

export const sentences: Sentences = {
  'delivery.delivered': (p) => `Your server answered 2xx after ${attempts(p.attempts)}.`,
  'delivery.claimed': () => 'Your server is being called, or was a moment ago.',
  'delivery.waiting': (p, time) => `The next attempt is planned for ${time(p.at)}.`,
  'delivery.waiting-answered': (p, time) =>
    `Your server answered ${p.status}. We try again at ${time(p.at)}, after ${attempts(p.attempts)}; nothing is lost.`,
  'delivery.waiting-unanswered': (p, time) =>
    `No good answer came from your server. We try again at ${time(p.at)}, after ${attempts(p.attempts)}; nothing is lost.`,
  'delivery.exhausted': (p) => `Given up after ${attempts(p.attempts)}:`,
  'delivery.cancelled': (p) => (p.attempts === 0 ? 'Cancelled:' : `Cancelled after ${attempts(p.attempts)}:`),
  'delivery.asked-for': () => 'Sent because somebody asked for it.',
  'delivery.ends-deleted': () => 'It is cancelled then, because the webhook was deleted.',
  'delivery.ends-not-enabled': () => 'It is cancelled then if the webhook is not enabled by that time.',

  'failure.answered': (p) => `your server answered ${p.status}.`,
  'failure.status': () => 'your server did not answer 2xx.',
  'failure.gone': () =>
    'your server answered 410: it is gone for good. The webhook was disabled; if that is a mistake, enable it again.',
  'failure.timeout': () =>
    'your server did not connect or answer in time. It should answer before it does the work; the timeout in the settings gives it more time.',
  'failure.dns': () => "the name in the URL has no address. Check its spelling and the name's DNS records.",
  'failure.connection-refused': () =>
    'nothing accepts connections at the host and port of the URL. Check that your server runs, and its firewall.',
  'failure.connection-lost': () =>
    'the connection was closed before your server answered. Its own log, or that of a proxy before it, should say why.',
  'failure.tls': () =>
    'the certificate or the TLS handshake of your server is not valid. The attempt below says what is wrong.',
  'failure.protocol': () =>
    'what your server answered is not HTTP. Check the port of the URL, and what listens there.',
  'failure.invalid-url': () => 'iOmniHub does not call this URL. Change it in the settings.',
  'failure.address-forbidden': () =>
    'the name in the URL leads to an address that is not public. Check its DNS records, or change the URL.',
  'failure.challenge-not-echoed': () =>
    'your server did not send the challenge back. It has to answer with the challenge that is in the body.',
  'failure.expired': () => 'the time for its attempts was over, or the event was no longer stored.',

  'status.redirect': () =>
    'Redirects are not followed: change the URL to the address that answers by itself.',
  'status.invalid': () =>
    'It takes the callback for invalid: its own log should say why. Check the signing secret that it uses.',
  'status.closed': () =>
    'It does not let the call in: check the signing secret that it uses, the tokens in the custom headers, and its firewall.',
  'status.nowhere': () => 'Nothing takes POST requests at this path: check the URL.',
  'status.out-of-time': () =>
    'It, or a proxy before it, ran out of time: it should answer before it does the work.',
  'status.too-large': () => 'It takes no body of this size: it has to take up to 256 KiB.',
  'status.too-many': () => 'It gets more calls than it wants: set the calls per second in the settings.',
  'status.down': () => 'It is down or overloaded, or a proxy before it does not reach it.',
  'status.refused': () => 'It refuses the callback: its own log should say why.',
  'status.failed': () => 'It failed by itself: its own log should say why.',
  'status.other': () => 'Only 2xx counts as delivered.',

  'cancellation.subscription-disabled': () => 'the webhook was disabled.',
  'cancellation.subscription-pending': () => 'your server had not yet said that it wants callbacks.',
  'cancellation.subscription-deleted': () => 'the webhook was deleted.',
  'cancellation.account-suspended': () => 'the account was suspended.',
  'cancellation.question-withdrawn': () => 'your server was asked anew, or the URL was changed.',

  'event.about-to-be-sent': () => 'The first attempt is about to be made.',
  'event.late': () =>
    'The first attempt is late, or something failed on our side. Then it is made as soon as that is fixed.',
  'event.no-longer-known': () => 'The result is no longer stored, or the event was never sent.',
  'event.not-subscribed': (p) =>
    `${whenItCame(p.seconds)} the webhook did not take events of the type ${p.type}.`,
  'event.disabled': (p) => `${whenItCame(p.seconds)} the webhook was disabled.`,
  'event.pending': (p) => `${whenItCame(p.seconds)} your server had not yet said that it wants callbacks.`,
  'event.account-suspended': (p) => `${whenItCame(p.seconds)} the account was suspended.`,
  'event.created-later': (p, time) =>
    `The webhook was created at ${time(p.at)}: after the event came, or so shortly before it that it did not count yet.`,

  'health.working': (p, time) => `Your server answers 2xx, for the first time at ${time(p.at)}.`,
  'health.unproven': () =>
    'Your server has not answered 2xx yet, or has failed too often since: it gets one call a second at most. Send a test event to see what it answers.',
  'health.address-forbidden': (p, time) =>
    `Nothing is delivered: since ${time(p.at)}, the name in the URL leads to an address that is not public. Check its DNS records, or change the URL; after a day, the webhook is disabled.`,
  'health.disabled': () => 'It gets no events. Enable it to get those that come from then on.',
  'health.disabled-gone': () =>
    'iOmniHub disabled it: your server answered 410, which means that it is gone for good. If that is a mistake, enable it again.',
  'health.disabled-invalid-url': () =>
    'iOmniHub disabled it: its URL cannot be used. Change the URL, then enable it.',
  'health.disabled-address-forbidden': () =>
    'iOmniHub disabled it: for a day, the name in the URL led to an address that is not public. Check its DNS records or change the URL, then enable it.',
  'health.asked': () => 'Your server is being asked whether it wants callbacks. Look again in a moment.',
  'health.consent-missing': () =>
    'iOmniHub needs the consent of your server, and does not have it yet: ask it once more in the settings.',
  'health.consent-failed': () => 'Your server did not give its consent:',

  ...drillSentences,
};
