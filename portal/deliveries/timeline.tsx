import { Time } from '../design/time.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import type { Attempt, DeliveryDetail } from './delivery.ts';

/** Every attempt, and when the next one is planned. */
export function Timeline({ delivery }: { readonly delivery: DeliveryDetail }) {
  const { deliveries: t } = texts();
  const { attempts, nextAttemptAt, attemptCount, acceptedAt } = delivery;
  const hidden = attemptCount - attempts.length;
  return (
    <ol class="timeline" aria-label={t.timeline}>
      <li>
        <i class="dot start" aria-hidden="true" />
        <span class="muted">{t.accepted}</span>
        <span class="muted">
          <Time at={acceptedAt} />
        </span>
      </li>
      {hidden > 0 ? (
        <li>
          <i class="dot start" aria-hidden="true" />
          <span class="muted">{t.earlierAttempts(hidden)}</span>
        </li>
      ) : null}
      {attempts.map((attempt) => (
        <li key={attempt.startedAt}>
          <i class={`dot ${attempt.outcome === 'success' ? 'ok' : 'bad'}`} aria-hidden="true" />
          <span>{nameOutcome(attempt)}</span>
          <span class="muted num">
            <Time at={attempt.startedAt} /> · {formats().duration(attempt.durationMs)}
          </span>
        </li>
      ))}
      {nextAttemptAt ? (
        <li>
          <i class="dot next" aria-hidden="true" />
          <span class="muted">{t.nextAttempt}</span>
          <span class="muted">
            <Time at={nextAttemptAt} /> · <Time at={nextAttemptAt} as="relative" />
          </span>
        </li>
      ) : null}
    </ol>
  );
}

/** What an attempt came to, in a few words. */
export function nameOutcome({ status, reason, errorCode }: Attempt): string {
  const { deliveries: t } = texts();
  if (status !== undefined) return t.httpStatus(status, statusNames[status] ?? '');
  if (!reason) return t.noAnswer;
  return errorCode ? `${t.reasons[reason]} (${errorCode})` : t.reasons[reason];
}

/** The names of RFC 9110 and RFC 6585, which servers use in every language. */
const statusNames: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
