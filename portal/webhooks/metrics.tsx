import type { ComponentChildren } from 'preact';
import { useResource } from '../api/resource.ts';
import { Skeleton } from '../design/skeleton.tsx';
import { Status } from '../design/status.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { type HealthState, toneOf, type WebhookDetail } from './health.ts';
import type { useDay } from './use-day.ts';

const mostCounted = 100;

interface MetricsProps {
  readonly webhook: WebhookDetail;
  readonly state: HealthState;
  readonly day: ReturnType<typeof useDay>;
}

/** How a webhook does, in four numbers. */
export function Metrics({ webhook, state, day }: MetricsProps) {
  const { webhook: t, webhooks } = texts();
  const { number } = formats();
  const { id, parked } = webhook;
  const path = { id };
  const statistics = day?.total;
  const waiting = useResource(
    `waiting ${id}`,
    async (signal) => {
      const query = { status: 'waiting', limit: mostCounted };
      const { items, nextCursor } = (
        await api('GET /subscriptions/{id}/deliveries', { path, query }, { signal })
      ).body;
      return { count: items.length, isMore: nextCursor !== null };
    },
    5_000,
  ).value.value;
  return (
    <dl class="card metrics">
      <Metric name={t.status}>
        <Status tone={toneOf[state]}>{webhooks.states[state].word}</Status>
      </Metric>
      <Metric name={t.delivered}>{statistics && <Delivered total={statistics} />}</Metric>
      <Metric name={t.waiting}>
        {waiting ? (
          <>
            {number(waiting.count) + (waiting.isMore ? '+' : '')}
            {parked.count > 0 ? (
              <span class="metric-note">{t.keptNote(number(parked.count) + (parked.isMore ? '+' : ''))}</span>
            ) : null}
          </>
        ) : undefined}
      </Metric>
      <Metric name={t.latency}>{statistics && nameLatency(statistics)}</Metric>
    </dl>
  );
}

type Total = NonNullable<ReturnType<typeof useDay>>['total'];

function Delivered({ total: { delivered, failedAttempts } }: { readonly total: Total }) {
  const { webhook: t } = texts();
  const { number, percent } = formats();
  const calls = delivered + failedAttempts;
  return (
    <>
      {number(delivered)}
      {calls > 0 ? <span class="metric-note">{t.shareOfCalls(percent(delivered / calls))}</span> : null}
    </>
  );
}

/** The API counts in steps, so these are upper bounds. */
function nameLatency({ latencyMs: { p50, p99 } }: Total): string {
  const { duration } = formats();
  return p50 === null || p99 === null ? '–' : `≤ ${duration(p50)} / ${duration(p99)}`;
}

function Metric({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="num">{children ?? <Skeleton width="64px" />}</dd>
    </div>
  );
}
