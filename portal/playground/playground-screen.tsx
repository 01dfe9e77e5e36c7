import '../styles/forms.css';
import '../styles/deliveries.css';
import '../styles/playground.css';
import { useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { Segments } from '../design/segments.tsx';
import { texts } from '../i18n/i18n.ts';
import { playground } from '../session/session.ts';
import { linkTo } from '../shell/route.ts';
import { useTitle } from '../shell/title.ts';
import { useEventTypes } from '../webhooks/event-types.ts';
import { Received } from './received.tsx';

/** Of the local run only: publishes events as the helpdesk does, and lets the demo receiver misbehave. */
export function PlaygroundScreen() {
  const { playground: t } = texts();
  useTitle(t.title);
  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>{t.title}</h1>
          <p class="muted">{t.subtitle}</p>
        </div>
      </div>
      <div class="playground">
        <div class="blocks-side">
          <Publish />
        </div>
        <div class="blocks-side">
          <Receiver />
          <Received />
        </div>
      </div>
    </>
  );
}

function Publish() {
  const { playground: t } = texts();
  const types = useEventTypes().value.value ?? [];
  const chosen = useSignal<string | undefined>(undefined);
  const edited = useSignal<string | undefined>(undefined);
  const published = useSignal<string | undefined>(undefined);
  const refusal = useSignal<string | undefined>(undefined);
  const type = types.find((one) => one.type === chosen.value) ?? types[0];
  const text = edited.value ?? (type ? JSON.stringify(type.example, null, 2) : '');
  const publish = async () => {
    refusal.value = undefined;
    published.value = undefined;
    const data = parse(text);
    if (data === undefined || !type) {
      refusal.value = t.notJson;
      return;
    }
    try {
      published.value = await playground.publish(type.type, data);
      announce(t.published);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      refusal.value = error.message;
    }
  };
  return (
    <section class="card block">
      <h2>{t.publish}</h2>
      <p class="muted">{t.publishText}</p>
      <Field label={texts().deliveries.eventType}>
        {(id, describedBy) => (
          <select
            id={id}
            class="select"
            aria-describedby={describedBy}
            value={type?.type}
            onChange={({ currentTarget }) => {
              chosen.value = currentTarget.value;
              edited.value = undefined;
            }}
          >
            {types.map((one) => (
              <option key={one.type} value={one.type}>
                {one.type} · {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t.data} issue={refusal.value}>
        {(id, describedBy, isInvalid) => (
          <textarea
            id={id}
            class="input"
            rows={18}
            spellcheck={false}
            aria-describedby={describedBy}
            aria-invalid={isInvalid}
            value={text}
            onInput={({ currentTarget }) => {
              edited.value = currentTarget.value;
            }}
          />
        )}
      </Field>
      <div class="block-actions">
        <Button kind="primary" disabled={!type} onClick={publish}>
          {t.publishNow}
        </Button>
        {edited.value === undefined ? null : (
          <Button
            kind="quiet"
            onClick={() => {
              edited.value = undefined;
            }}
          >
            {t.reset}
          </Button>
        )}
      </div>
      {published.value ? (
        <Notice tone="ok" title={t.published}>
          <a class="link mono" href={linkTo(['events', published.value])}>
            {published.value}
          </a>
        </Notice>
      ) : null}
    </section>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function Receiver() {
  const { playground: t } = texts();
  const found = useResource('playground', (signal) => playground.find(signal), 5_000);
  const receiver = found.value.value?.receiver;
  const change = async (behaviour: string) => {
    await playground.setBehaviour(behaviour);
    await found.refresh();
  };
  if (!receiver) return null;
  return (
    <section class="card block">
      <h2>{t.receiver}</h2>
      <p class="muted">{t.receiverText}</p>
      <Segments
        label={t.receiver}
        value={receiver.behaviour}
        options={receiver.behaviours.map((value) => ({ value, label: t.behaviours[value] ?? value }))}
        onChange={(behaviour) => void change(behaviour)}
      />
      <p class="hint mono">{receiver.url}</p>
    </section>
  );
}
