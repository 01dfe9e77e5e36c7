import { Announcer } from '../design/announcer.tsx';
import { LinkButton } from '../design/button.tsx';
import { texts } from '../i18n/i18n.ts';
import { session } from '../session/session.ts';
import { ListScreen } from '../webhooks/list-screen.tsx';
import { Header } from './header.tsx';
import { lazy } from './lazy.tsx';
import { linkTo, route } from './route.ts';

export function App() {
  const { shell: t } = texts();
  const state = session.value;
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        {t.skip}
      </a>
      {state.kind === 'open' ? <Header hasPlayground={state.hasPlayground} /> : null}
      <main id="content" tabIndex={-1}>
        {state.kind === 'open' ? <Screen /> : <NoSession />}
      </main>
      <Announcer />
    </>
  );
}

/** The fragment of the address names the screen, so the browser cannot jump by itself. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Screen() {
  const [place = 'webhooks', ...rest] = route.value.parts;
  const [id] = rest;
  switch (place) {
    case 'webhooks':
      return id === undefined ? <ListScreen /> : <NotFound />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
  const { shell: t } = texts();
  return (
    <div class="card empty">
      <h1>{t.notFound.title}</h1>
      <p class="muted">{t.notFound.text}</p>
      <LinkButton href={linkTo([])}>{t.notFound.action}</LinkButton>
    </div>
  );
}

function NoSession() {
  const { shell: t } = texts();
  const state = session.value;
  if (state.kind === 'opening') return <div class="loading-screen" aria-busy="true" aria-label={texts().common.loading} />;
  const { title, text } = state.kind === 'none' ? t.noSession[state.reason] : t.offline;
  return (
    <div class="card empty" role="alert">
      <h1>{title}</h1>
      <p class="muted">{text}</p>
    </div>
  );
}
