import { useEffect, useRef } from 'preact/hooks';
import { Announcer } from '../design/announcer.tsx';
import { LinkButton } from '../design/button.tsx';
import { texts } from '../i18n/i18n.ts';
import { session } from '../session/session.ts';
import { ListScreen } from '../webhooks/list-screen.tsx';
import { Header } from './header.tsx';
import { lazy } from './lazy.tsx';
import { linkTo, route } from './route.ts';
import { goToStartOfScreen } from './start-of-screen.ts';

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
        {state.kind === 'open' ? <Screen accountId={state.accountId} /> : <NoSession />}
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

const WebhookScreen = lazy(() =>
  import('../webhooks/webhook-screen.tsx').then((module) => module.WebhookScreen),
);
const NewScreen = lazy(() => import('../webhooks/new-screen.tsx').then((module) => module.NewScreen));
const EventsScreen = lazy(() => import('../events/events-screen.tsx').then((module) => module.EventsScreen));
const DoctorScreen = lazy(() => import('../doctor/doctor-screen.tsx').then((module) => module.DoctorScreen));
const NoticesScreen = lazy(() =>
  import('../notices/notices-screen.tsx').then((module) => module.NoticesScreen),
);
const PlaygroundScreen = lazy(() =>
  import('../playground/playground-screen.tsx').then((module) => module.PlaygroundScreen),
);

function Screen({ accountId }: { readonly accountId: string }) {
  const [place = 'webhooks', id, tab, deliveryId] = route.value.parts;
  useStartOfScreen(place === 'webhooks' ? `${place} ${id} ${tab}` : place);
  switch (place) {
    case 'webhooks':
      if (id === undefined) return <ListScreen />;
      return id === 'new' ? <NewScreen /> : <WebhookScreen id={id} tab={tab} deliveryId={deliveryId} />;
    case 'events':
      return <EventsScreen openId={id} />;
    case 'notices':
      return <NoticesScreen accountId={accountId} />;
    case 'doctor':
      return <DoctorScreen />;
    case 'playground':
      return <PlaygroundScreen />;
    default:
      return <NotFound />;
  }
}

/** Another screen begins at its top. */
function useStartOfScreen(screen: string): void {
  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    goToStartOfScreen();
  }, [screen]);
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
  if (state.kind === 'opening')
    return <div class="loading-screen" aria-busy="true" aria-label={texts().common.loading} />;
  const { title, text } = state.kind === 'none' ? t.noSession[state.reason] : t.offline;
  return (
    <div class="card empty" role="alert">
      <h1>{title}</h1>
      <p class="muted">{text}</p>
    </div>
  );
}
