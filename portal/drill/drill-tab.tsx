import '../styles/drill.css';
import { useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { Button } from '../design/button.tsx';
import { CodeBlock } from '../design/code-block.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { CheckIcon, CloseIcon } from '../design/icons.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { say, sayAll } from '../i18n/say.ts';
import { api } from '../session/session.ts';
import type { Webhook } from '../webhooks/health.ts';

type Drill = RouteAnswer<'GET /drills/{id}'>;
type Probe = Drill['probes'][number];

/** Sends signed probes to the receiver, and shows what it does right and wrong. */
export function DrillTab({ webhook }: { readonly webhook: Webhook }) {
  const { drill: t } = texts();
  const drillId = useSignal<string | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const start = async () => {
    failure.value = undefined;
    try {
      const request = { path: { id: webhook.id } };
      const options = { idempotencyKey: crypto.randomUUID() };
      drillId.value = (await api('POST /subscriptions/{id}/drill', request, options)).body.id;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  return (
    <section class="card">
      <div class="drill-head">
        <div class="grow">
          <h2>{t.title}</h2>
          <p class="muted">{t.text}</p>
        </div>
        <Button kind="primary" disabled={webhook.status !== 'enabled'} onClick={start}>
          {drillId.value ? t.again : t.start}
        </Button>
      </div>
      <FailureNotice failure={failure.value} />
      {drillId.value ? <Progress key={drillId.value} id={drillId.value} /> : <Outlook />}
    </section>
  );
}

/** What it will do, before it is started. */
function Outlook() {
  const { drill: t } = texts();
  return (
    <ul class="drill-promise muted">
      {t.promises.map((promise) => (
        <li key={promise}>
          <CheckIcon /> {promise}
        </li>
      ))}
    </ul>
  );
}

function Progress({ id }: { readonly id: string }) {
  const { drill: t } = texts();
  const found = useResource(
    `drill ${id}`,
    async (signal) => (await api('GET /drills/{id}', { path: { id } }, { signal })).body,
    1_000,
  );
  const drill = found.value.value;
  if (!drill) return <FailureNotice failure={found.failure.value} />;
  const done = drill.probes.filter(({ state }) => state !== 'waiting').length;
  const bad = drill.probes.filter(({ isRight }) => isRight === false).length;
  const good = drill.probes.filter(({ isRight }) => isRight === true).length;
  return (
    <>
      <p class="drill-summary" role="status">
        {drill.state === 'finished' ? t.summary(good, bad) : t.progress(done, drill.probes.length)}
      </p>
      <ol class="probes">
        {drill.probes.map((probe) => (
          <ProbeRow key={probe.code} probe={probe} />
        ))}
      </ol>
    </>
  );
}

function ProbeRow({ probe }: { readonly probe: Probe }) {
  const { deliveries } = texts();
  const { isRight, sentences, status, durationMs, responseExcerpt } = probe;
  const [about, ...verdict] = sentences;
  return (
    <li class="probe">
      <Mark isRight={isRight} />
      <div class="grow">
        <p class="probe-name">{about ? say(about) : null}</p>
        <p class="muted">{sayAll(verdict)}</p>
        {responseExcerpt ? (
          <details>
            <summary class="faint">{deliveries.response}</summary>
            <CodeBlock label={deliveries.response} text={responseExcerpt} />
          </details>
        ) : null}
      </div>
      {durationMs === undefined ? null : (
        <span class="num muted">
          {status ?? deliveries.noAnswer} · {formats().duration(durationMs)}
        </span>
      )}
    </li>
  );
}

/** Undefined until it is known. */
function Mark({ isRight }: { readonly isRight: boolean | undefined }) {
  const { verdicts } = texts().drill;
  if (isRight === undefined) return <span class="verdict off" role="img" aria-label={verdicts.waiting} />;
  return (
    <span
      class={`verdict ${isRight ? 'ok' : 'bad'}`}
      role="img"
      aria-label={isRight ? verdicts.good : verdicts.bad}
    >
      {isRight ? <CheckIcon /> : <CloseIcon />}
    </span>
  );
}
