import { useSignal } from '@preact/signals';
import { formats, locale, showIn, texts } from '../i18n/i18n.ts';
import { type Locale, localeNames, locales } from '../i18n/locales.ts';
import { NoticesLink } from '../notices/notices-link.tsx';
import { mayManage, session, signOut } from '../session/session.ts';
import { now } from './clock.ts';
import { useKeys } from './keys.ts';
import { lazy } from './lazy.tsx';
import { linkTo, route } from './route.ts';

const KeyHelp = lazy(() => import('./key-help.tsx').then((module) => module.KeyHelp));

export function Header({ hasPlayground }: { readonly hasPlayground: boolean }) {
  const { shell: t } = texts();
  const isHelpShown = useSignal(false);
  const showHelp = () => {
    isHelpShown.value = true;
  };
  useKeys({ '?': showHelp });
  const place = route.value.parts[0] ?? 'webhooks';
  const places = [
    { id: 'webhooks', label: t.webhooks },
    { id: 'events', label: t.events },
    { id: 'doctor', label: t.doctor },
    ...(hasPlayground ? [{ id: 'playground', label: t.playground }] : []),
  ];
  return (
    <header class="header">
      <a class="brand" href={linkTo([])}>
        <Mark />
        <span>{t.title}</span>
      </a>
      <nav aria-label={t.navigation}>
        {places.map(({ id, label }) => (
          <a key={id} href={linkTo([id])} aria-current={id === place ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div class="header-end">
        {session.value.kind === 'open' ? (
          <NoticesLink accountId={session.value.accountId} isHere={place === 'notices'} />
        ) : null}
        {session.value.kind === 'open' && !mayManage.value ? <span class="pill">{t.viewOnly}</span> : null}
        <span class="faint wide-only" title={Intl.DateTimeFormat().resolvedOptions().timeZone}>
          {t.timesIn(formats().zoneName(now.value))}
        </span>
        <LanguageSelect />
        <button type="button" class="sign-out" onClick={() => void signOut()}>
          {t.signOut}
        </button>
        <button
          type="button"
          class="key-button wide-only"
          aria-label={t.keyboard}
          title={t.keyboard}
          onClick={showHelp}
        >
          <kbd>?</kbd>
        </button>
      </div>
      {isHelpShown.value ? (
        <KeyHelp
          onClose={() => {
            isHelpShown.value = false;
          }}
        />
      ) : null}
    </header>
  );
}

function LanguageSelect() {
  return (
    <select
      class="language"
      aria-label={texts().shell.language}
      value={locale()}
      onChange={({ currentTarget }) => void showIn(currentTarget.value as Locale)}
    >
      {locales.map((one) => (
        <option key={one} value={one} lang={one}>
          {localeNames[one]}
        </option>
      ))}
    </select>
  );
}

function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark" width="32" height="32" rx="9" />
      <circle class="mark-dot" cx="10" cy="16" r="3.5" />
      <path
        class="mark-line"
        d="M17 10.5 22.5 16 17 21.5M14.5 16h7"
        fill="none"
        stroke-width="2.75"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
