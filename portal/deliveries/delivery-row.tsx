import { Status } from '../design/status.tsx';
import { Time } from '../design/time.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { now } from '../shell/clock.ts';
import { type Delivery, toneOfDelivery } from './delivery.ts';

interface DeliveryRowProps {
  readonly delivery: Delivery;
  /** From 1. */
  readonly place: number;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  readonly onOpen: (id: string) => void;
  /** Without it, nothing can be selected. */
  readonly onToggle: ((id: string) => void) | undefined;
  readonly mayBeSelected: boolean;
}

export function DeliveryRow(props: DeliveryRowProps) {
  const { delivery, place, isOpen, isSelected, onOpen, onToggle, mayBeSelected } = props;
  const { deliveries: t } = texts();
  const { id, eventId, eventType, status, acceptedAt } = delivery;
  return (
    <tr class="link-row" aria-selected={isOpen} aria-rowindex={place}>
      {onToggle ? (
        <td class="select-cell">
          <input
            type="checkbox"
            class="check"
            aria-label={t.selectOne(eventType)}
            checked={isSelected}
            disabled={!mayBeSelected}
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
        <span class="second">
          <Details delivery={delivery} />
        </span>
      </td>
      <td class="right">
        <Time at={acceptedAt} />
      </td>
    </tr>
  );
}

/** The few words below the status. */
function Details({ delivery }: { readonly delivery: Delivery }) {
  const { deliveries: t } = texts();
  const { status, reason, attemptCount, responseStatus } = delivery;
  if (status === 'waiting') return <WaitingDetails delivery={delivery} />;
  const answer = responseStatus === undefined ? '2xx' : String(responseStatus);
  if (status === 'delivered')
    return attemptCount > 1 ? t.deliveredLate(answer, attemptCount) : t.answered(answer);
  if (reason === 'status' && responseStatus) return t.answered(answer);
  return reason ? t.reasons[reason] : '';
}

function WaitingDetails({ delivery: { attemptCount, nextAttemptAt } }: { readonly delivery: Delivery }) {
  const { deliveries: t } = texts();
  if (attemptCount === 0) return t.notTried;
  const soFar = t.attempts(attemptCount);
  if (!nextAttemptAt) return soFar;
  return (
    <>
      {t.next(formats().shortTime(new Date(nextAttemptAt), now.value))}
      <span class="so-far">, {soFar}</span>
    </>
  );
}
