import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { LinkButton } from '../design/button.tsx';
import { CodeBlock } from '../design/code-block.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { Notice } from '../design/notice.tsx';
import { Segments } from '../design/segments.tsx';
import { texts } from '../i18n/i18n.ts';
import { linkTo } from '../shell/route.ts';
import { goToStartOfScreen } from '../shell/start-of-screen.ts';
import { SecretText } from './secret-text.tsx';
import { TestForm } from './send-test.tsx';
import { type SnippetLanguage, snippetLanguages, snippets } from './snippets.ts';

/** What its owner needs now: the secret, once; code that checks signatures; and a try. */
export function Created({ webhook }: { readonly webhook: RouteAnswer<'POST /subscriptions'> }) {
  const { created: t } = texts();
  const language = useSignal<SnippetLanguage>('node');
  const { id, secret, url, status } = webhook;
  // The button that led here stood at the end of a long form.
  useEffect(goToStartOfScreen, []);
  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>{t.title}</h1>
          <p class="muted mono">{url}</p>
        </div>
        <LinkButton href={linkTo(['webhooks', id])}>{t.open}</LinkButton>
      </div>
      <ol class="steps">
        <li class="card step">
          <h2>{t.secretTitle}</h2>
          <p class="muted">{t.secretText}</p>
          {secret ? <SecretText secret={secret} /> : <Notice tone="plain">{t.secretHidden}</Notice>}
        </li>
        <li class="card step">
          <h2>{t.verifyTitle}</h2>
          <p class="muted">{t.verifyText}</p>
          <div class="snippet">
            <div class="snippet-head">
              <Segments
                label={t.language}
                value={language.value}
                options={snippetLanguages.map((value) => ({ value, label: snippets[value].name }))}
                onChange={(value) => {
                  language.value = value;
                }}
              />
              <CopyButton label={t.copySnippet} text={snippets[language.value].code} />
            </div>
            <CodeBlock label={snippets[language.value].name} text={snippets[language.value].code} />
          </div>
        </li>
        <li class="card step">
          <h2>{t.testTitle}</h2>
          {status === 'enabled' ? (
            <TestForm webhook={webhook} />
          ) : (
            <Notice tone="warn">{t.testPending}</Notice>
          )}
        </li>
      </ol>
    </>
  );
}
