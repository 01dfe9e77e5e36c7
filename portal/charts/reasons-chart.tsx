import { Skeleton } from '../design/skeleton.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import type { ReasonCount } from './reasons.ts';

const mostShown = 6;

/** Why the latest deliveries have failed or wait. */
export function ReasonsChart({ reasons }: { readonly reasons: readonly ReasonCount[] | undefined }) {
  const { charts: t, deliveries } = texts();
  if (!reasons) return <Skeleton width="100%" />;
  if (reasons.length === 0) return <p class="no-data muted">{t.noFailures}</p>;
  const most = Math.max(...reasons.map(({ count }) => count));
  return (
    <ul class="reasons">
      {reasons.slice(0, mostShown).map(({ reason, status, count }) => (
        <li key={`${reason} ${status}`}>
          <span>
            {status !== undefined
              ? deliveries.answered(String(status))
              : reason === 'waiting'
                ? deliveries.noAnswer
                : deliveries.reasons[reason]}
          </span>
          <span class="num muted">{formats().number(count)}</span>
          <span
            class="reason-bar"
            style={{ width: `${Math.max(2, (count / most) * 100)}%` }}
            aria-hidden="true"
          />
        </li>
      ))}
    </ul>
  );
}
