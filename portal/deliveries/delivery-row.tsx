import { Status } from '../design/status.tsx';
import { Time } from '../design/time.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { now } from '../shell/clock.ts';
import { type Delivery, toneOfDelivery } from './delivery.ts';

/** In px, as styles/deliveries.css has it. */
export const rowHeight = 60;

interface DeliveryRowProps {
  readonly delivery: Delivery;
  /** From 0. */
  readonly place: number;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  readonly onOpen: (id: string) => void;
  /** Without it, nothing can be selected. */
  readonly onToggle: ((id: string) => void) | undefined;
}

export function DeliveryRow({ delivery, place, isOpen, isSelected, onOpen, onToggle }: DeliveryRowProps) {
  const { deliveries: t } = texts();
  const { id, eventId, eventType, status, acceptedAt } = delivery;
  return (
    <tr class="link-row" aria-selected={isOpen} aria-rowindex={place + 1}>
      {onToggle ? (
        <td class="select-cell">
          <input
            type="checkbox"
            class="check"
            aria-label={t.selectOne(eventType)}
            checked={isSelected}
            onChange={() => onToggle(id)}
          />
        </td>
      ) : null}
      <td>
        <button type="button" class="row-link" onClick={() => onOpen(id)}>
          {eventType}
        </button>
        <span class="second mono" title={eventId}>
          {eventId}
        </span>
      </td>
      <td>
        <Status tone={toneOfDelivery[status]}>{t.statuses[status]}</Status>
        <span class="second">{describe(delivery)}</span>
      </td>
      <td class="right">
        <Time at={acceptedAt} />
      </td>
    </tr>
  );
}

/** The few words below the status. */
function describe({ status, reason, attemptCount, responseStatus, nextAttemptAt }: Delivery): string {
  const { deliveries: t } = texts();
  const answer = responseStatus === undefined ? undefined : String(responseStatus);
  switch (status) {
    case 'delivered':
      return attemptCount > 1 ? t.deliveredLate(answer ?? '2xx', attemptCount) : t.answered(answer ?? '2xx');
    case 'waiting': {
      const next = nextAttemptAt && formats().shortTime(new Date(nextAttemptAt), now.value);
      const soFar = attemptCount === 0 ? t.notTried : t.attempts(attemptCount);
      return next && attemptCount > 0 ? `${t.next(next)}, ${soFar}` : soFar;
    }
    case 'failed':
      return reason === 'status' && answer ? t.answered(answer) : reason ? t.reasons[reason] : '';
    case 'cancelled':
      return reason ? t.reasons[reason] : '';
    default:
      return status satisfies never;
  }
}
