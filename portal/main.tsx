import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/tables.css';
import './styles/shell.css';
import { render } from 'preact';
import { showIn } from './i18n/i18n.ts';
import { chooseLocale } from './i18n/locales.ts';
import { takeLinkCode } from './session/link.ts';
import { openSession } from './session/open-session.ts';
import { session } from './session/session.ts';
import { App } from './shell/app.tsx';
import { startClock } from './shell/clock.ts';
import { startKeys } from './shell/keys.ts';
import { startRouting } from './shell/route.ts';

const wanted = new URLSearchParams(location.search).get('lang');

async function start(): Promise<void> {
  // First of all: the code must not stay in the address while anything else is loaded.
  const link = takeLinkCode(location, history);
  const opening = openSession(link?.code);
  // A new link in a tab that shows the page changes the fragment alone, and nothing is loaded again.
  addEventListener('hashchange', () => {
    const next = takeLinkCode(location, history);
    if (!next) return;
    void openSession(next.code);
    if (next.lang) void showIn(chooseLocale([next.lang]));
  });
  startRouting();
  await showIn(chooseLocale([wanted, link?.lang, ...navigator.languages]));
  startClock();
  startKeys();
  const page = document.getElementById('page');
  if (page) render(<App />, page);
  await opening;
  // What is opened next is there by then.
  setTimeout(() => void import('./webhooks/webhook-screen.tsx'), 1_000);
  const { value } = session;
  if (value.kind === 'open' && value.locale && !wanted && !link?.lang)
    await showIn(chooseLocale([value.locale]));
}

void start();
