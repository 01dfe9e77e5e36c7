import '../styles/charts.css';
import { useSignal } from '@preact/signals';
import { useResource } from '../api/resource.ts';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Segments } from '../design/segments.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { NoticesCard } from '../notices/notices-card.tsx';
import { api } from '../session/session.ts';
import { type Range, ranges } from '../webhooks/activity.ts';
import { CallsChart } from './calls-chart.tsx';
import { LatencyChart } from './latency-chart.tsx';
import { readHours } from './read-hours.ts';
import { countReasons } from './reasons.ts';
import { ReasonsChart } from './reasons-chart.tsx';

/** How a receiver does over time: calls, how long they take, and why they fail. */
export function ActivityTab({ id }: { readonly id: string }) {
  const { charts: t, webhooks } = texts();
  const range = useSignal<Range>('24h');
  const statistics = useResource(
    `hours ${id} ${range.value}`,
    (signal) => readHours(api, id, range.value, signal),
    15_000,
  );
  const troubles = useResource(
    `troubles ${id}`,
    async (signal) => {
      const query = { status: 'failed,waiting', limit: 100 };
      return (await api('GET /subscriptions/{id}/deliveries', { path: { id }, query }, { signal })).body
        .items;
    },
    15_000,
  );
  const hours = statistics.value.value;
  const { total } = hours ?? {};
  return (
    <>
      <div class="tools charts-tools">
        <Segments
          label={webhooks.range}
          value={range.value}
          options={ranges.map((one) => ({ value: one, label: webhooks.ranges[one] }))}
          onChange={(one) => {
            range.value = one;
          }}
        />
      </div>
      <FailureNotice failure={statistics.failure.value} onRetry={statistics.refresh} />
      <div class="charts">
        <figure class="card chart wide">
          <figcaption>
            <h2>{t.calls}</h2>
            {total ? (
              <p class="legend">
                <span class="key delivered">{t.delivered(formats().number(total.delivered))}</span>
                <span class="key failed">{t.failedAttempts(formats().number(total.failedAttempts))}</span>
              </p>
            ) : null}
          </figcaption>
          <CallsChart slots={hours?.slots} />
        </figure>
        <figure class="card chart">
          <figcaption>
            <h2>{t.latency}</h2>
            <p class="legend">
              <span class="key p50">p50</span>
              <span class="key p95">p95</span>
              <span class="key p99">p99</span>
            </p>
          </figcaption>
          <LatencyChart slots={hours?.slots} />
        </figure>
        <figure class="card chart">
          <figcaption>
            <h2>{t.reasons}</h2>
            <p class="muted">{t.reasonsHint}</p>
          </figcaption>
          <ReasonsChart reasons={troubles.value.value && countReasons(troubles.value.value)} />
        </figure>
      </div>
      <NoticesCard about={id} title={texts().notices.aboutThis} />
    </>
  );
}
