import '../styles/deliveries.css';
import { useResource } from '../api/resource.ts';
import { CodeBlock } from '../design/code-block.tsx';
import { Notice } from '../design/notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { sayAll } from '../i18n/say.ts';
import { api } from '../session/session.ts';
import { linkTo } from '../shell/route.ts';
import { toneOfDelivery } from './delivery.ts';
import { nameOutcome } from './timeline.tsx';

interface TestAnswerProps {
  readonly deliveryId: string;
  readonly subscriptionId: string;
  /** Its owner goes to the delivery. */
  readonly onShow?: (() => void) | undefined;
}

/** What the receiver answered to a test, as soon as it has. */
export function TestAnswer({ deliveryId, subscriptionId, onShow }: TestAnswerProps) {
  const { deliveries: t, webhook } = texts();
  const detail = useResource(
    `delivery ${deliveryId}`,
    async (signal) => (await api('GET /deliveries/{id}', { path: { id: deliveryId } }, { signal })).body,
    700,
  ).value.value;
  const attempt = detail?.attempts.at(-1);
  if (!detail || !attempt) {
    return (
      <div class="test-answer" role="status">
        <p class="muted">{webhook.testOnItsWay}</p>
        <Skeleton width="100%" />
      </div>
    );
  }
  const tone = toneOfDelivery[detail.status];
  return (
    <div class="test-answer" role="status">
      <Notice tone={tone === 'off' ? 'plain' : tone} title={nameOutcome(attempt)}>
        {sayAll(detail.sentences)}
      </Notice>
      <CodeBlock
        label={t.response}
        text={attempt.responseExcerpt ?? (attempt.status === undefined ? t.noAnswerText : t.emptyBody)}
      />
      <p class="muted">
        {webhook.answeredIn(formats().duration(attempt.durationMs))}{' '}
        <a
          class="link"
          href={linkTo(['webhooks', subscriptionId, 'deliveries', deliveryId])}
          onClick={onShow}
        >
          {webhook.showDelivery}
        </a>
      </p>
    </div>
  );
}
