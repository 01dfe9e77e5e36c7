import { useSignal } from '@preact/signals';
import { useResource } from '../api/resource.ts';
import { CodeBlock, HttpHead } from '../design/code-block.tsx';
import { LiveIcon } from '../design/icons.tsx';
import { Status } from '../design/status.tsx';
import { Time } from '../design/time.tsx';
import { texts } from '../i18n/i18n.ts';
import { playground } from '../session/session.ts';

/** What the demo receiver got, as it got it. */
export function Received() {
  const { playground: t, deliveries } = texts();
  const items = useResource('received', playground.listCallbacks, 1_000).value.value;
  const open = useSignal<string | undefined>(undefined);
  return (
    <section class="card">
      <div class="card-tools">
        <h2>{t.received}</h2>
        <span class="live">
          <LiveIcon />
          <span>{deliveries.live}</span>
        </span>
      </div>
      {items?.length === 0 ? <p class="no-rows muted">{t.nothingReceived}</p> : null}
      <ul class="received">
        {items?.map((callback) => {
          const key = `${callback.receivedAt} ${callback.id}`;
          const isOpen = open.value === key;
          return (
            <li key={key}>
              <button
                type="button"
                class="received-row"
                aria-expanded={isOpen}
                onClick={() => {
                  open.value = isOpen ? undefined : key;
                }}
              >
                <span class="grow">
                  <b>{callback.type}</b>
                  <span class="second mono">{callback.id}</span>
                </span>
                <Status tone={callback.verified ? 'ok' : 'bad'}>
                  {callback.verified ? t.verified : t.refused}
                </Status>
                <span class="num muted">{callback.answered ?? t.unanswered}</span>
                <Time at={callback.receivedAt} />
              </button>
              {isOpen ? (
                <CodeBlock label={callback.type} text={callback.body}>
                  <HttpHead firstLine="POST" headers={callback.headers} />
                </CodeBlock>
              ) : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
