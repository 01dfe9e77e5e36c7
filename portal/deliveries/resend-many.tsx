import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ApiFailure } from '../api/problem.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Notice } from '../design/notice.tsx';
import { texts } from '../i18n/i18n.ts';
import type { Delivery } from './delivery.ts';
import { resend } from './resend.ts';

interface Refused {
  readonly delivery: Delivery;
  readonly failure: ApiFailure;
}

/** Resends deliveries one after the other, oldest first. It can be stopped; what was sent stays sent. */
export function ResendMany({
  deliveries,
  onClose,
}: {
  readonly deliveries: readonly Delivery[];
  readonly onClose: () => void;
}) {
  const { deliveries: t, common, problems } = texts();
  const done = useSignal(0);
  const refused = useSignal<readonly Refused[]>([]);
  const isStopped = useRef(false);
  const total = deliveries.length;
  useEffect(() => {
    void (async () => {
      for (const delivery of deliveries.toReversed()) {
        if (isStopped.current) return;
        const failure = await resendPatiently(delivery.id);
        if (failure) refused.value = [...refused.value, { delivery, failure }];
        done.value += 1;
      }
    })();
    return () => {
      isStopped.current = true;
    };
  }, []);
  const isDone = done.value === total;
  const sent = done.value - refused.value.length;
  return (
    <Dialog
      title={t.resendTitle(total)}
      onClose={onClose}
      actions={<Button onClick={onClose}>{isDone ? common.close : t.stop}</Button>}
    >
      <div>
        <progress class="progress" max={total} value={done.value} aria-label={t.resendTitle(total)} />
        <p aria-live="polite">{isDone ? t.resentCount(sent) : t.progress(done.value, total)}</p>
      </div>
      {refused.value.length > 0 ? (
        <Notice tone="warn" title={t.notResent(refused.value.length)}>
          <ul>
            {[...new Set(refused.value.map(({ failure }) => failure.slug))].map((slug) => (
              <li key={slug}>
                {problems[slug].title} {problems[slug].advice}
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </Dialog>
  );
}

/** The API takes a limited number of changes a second. Then it says when to go on. */
async function resendPatiently(id: string): Promise<ApiFailure | undefined> {
  for (let tries = 0; ; tries += 1) {
    const failure = await resend(id);
    if (failure?.slug !== 'too-many-requests' || tries === 5) return failure;
    await new Promise((done) => setTimeout(done, (failure.retryAfterSeconds ?? 1) * 1_000));
  }
}
