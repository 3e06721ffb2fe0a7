import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { listen } from './api/events';
import { hasLoggedIn, logOut, onKeyWanted } from './api/login';
import { languages, useSpeech, type Language } from './i18n';
import { Help } from './parts/help';
import { Icon } from './parts/icons';
import { KeyDialog } from './parts/key_dialog';
import { useKeys } from './parts/keys';
import { applyTheme, storedTheme, themes } from './parts/theme';
import { go, hrefOf, pages, useRoute, type Route } from './router';

type Loaded = ComponentType<{ id: string; parameters: URLSearchParams }>;

const loaders: Record<Route['page'], () => Promise<{ default: ComponentType<never> }>> = {
  now: () => import('./pages/now'),
  try: () => import('./pages/try'),
  history: () => import('./pages/history'),
  devices: () => import('./pages/devices'),
  model: () => import('./pages/model'),
  recording: () => import('./pages/recording'),
};

/** The page of the route, once its code is there; the one before stays until then. */
function usePage(route: Route): { Page: Loaded; route: Route } | null {
  const [shown, setShown] = useState<{ Page: Loaded; route: Route } | null>(null);
  useEffect(() => {
    let gone = false;
    void loaders[route.page]().then((module) => {
      if (!gone) setShown({ Page: module.default as unknown as Loaded, route });
    });
    return () => {
      gone = true;
    };
  }, [route]);
  return shown;
}

interface Props {
  language: Language;
  onLanguage: (language: Language) => void;
}

export function App({ language, onLanguage }: Props) {
  const { t } = useSpeech();
  const route = useRoute();
  const shown = usePage(route);
  const [theme, setTheme] = useState(storedTheme);
  const [helping, setHelping] = useState(false);
  const [locked, setLocked] = useState(false);
  const [live, setLive] = useState(false);
  const main = useRef<HTMLElement>(null);
  const visited = useRef('');

  useEffect(() => listen((event) => event.kind === 'status' && setLive(event.live)), []);
  useEffect(() => onKeyWanted(() => setLocked(true)), []);

  const place = shown && shown.route.page + (shown.route.page === 'recording' ? shown.route.id : '');
  useEffect(() => {
    if (!place) return;
    // A new page begins at its top, and a screen reader reads on from there.
    if (visited.current && visited.current !== place) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    visited.current = place;
  }, [place]);
  useEffect(() => {
    const name = route.page === 'recording' ? t('recording') : t(`nav.${route.page}`);
    document.title = `${name} · Auscult`;
  }, [route, language]);

  const nextTheme = () => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
    applyTheme(next);
    setTheme(next);
  };
  useKeys({
    '?': () => setHelping(true),
    t: nextTheme,
    ...Object.fromEntries(pages.map((page, i) => [String(i + 1), () => go(hrefOf(page))])),
  });

  const here = route.page === 'recording' ? 'history' : route.page;
  return (
    <div class="frame">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('skip')}
      </a>
      <header class="top">
        <div class="rail">
          <a class="brand" href={hrefOf('now')}>
            <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width={28} height={28} />
            Auscult
          </a>
          <nav aria-label={t('nav.label')}>
            {pages.map((page) => (
              <a key={page} href={hrefOf(page)} aria-current={page === here ? 'page' : undefined}>
                <Icon name={page} size={22} />
                <span>{t(`nav.${page}`)}</span>
              </a>
            ))}
          </nav>
          <div class="tools">
            <span class={`live-state ${live ? 'on' : ''}`} role="status">
              <i aria-hidden="true" />
              <span>{t(live ? 'live.on' : 'live.off')}</span>
            </span>
            <label class="language">
              <span class="sr-only">{t('language')}</span>
              <select value={language} onChange={(event) => onLanguage(event.currentTarget.value as Language)}>
                {Object.entries(languages).map(([code, name]) => (
                  <option key={code} value={code} lang={code}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <button class="quiet round" aria-label={t(`theme.${theme}`)} title={t(`theme.${theme}`)} onClick={nextTheme}>
              <Icon name={theme === 'auto' ? 'auto' : theme === 'dark' ? 'moon' : 'sun'} />
            </button>
            <button class="quiet round help-button" aria-label={t('keys.title')} onClick={() => setHelping(true)}>
              <Icon name="help" />
            </button>
          </div>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} class={`page-${shown?.route.page ?? 'none'}`}>
        {shown && (
          <shown.Page
            id={shown.route.page === 'recording' ? shown.route.id : ''}
            parameters={shown.route.parameters}
          />
        )}
      </main>
      <footer class="disclaimer">
        <p>{t('disclaimer')}</p>
        <p>
          {hasLoggedIn() && (
            <button class="quiet" onClick={() => void logOut().then(() => location.reload())}>
              {t('key.logOut')}
            </button>
          )}
          <a href="/openapi.json">{t('interface')}</a>
        </p>
      </footer>
      {locked && <KeyDialog onClose={() => setLocked(false)} />}
      {helping && <Help onClose={() => setHelping(false)} />}
    </div>
  );
}
