import { render } from 'preact';
import { useState } from 'preact/hooks';
import { App } from './app';
import { loadSpeech, preferredLanguage, SpeechContext, type Language, type Speech } from './i18n';
import { applyTheme, storedTheme } from './parts/theme';
import { Toasts } from './parts/toasts';
import './styles/base.css';
import './styles/controls.css';
import './styles/parts.css';
import './styles/player.css';
import './styles/pages.css';
import './styles/history.css';
import './styles/instruments.css';

function announce({ language, direction }: Speech): void {
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
}

function Root({ first }: { first: Speech }) {
  const [speech, setSpeech] = useState(first);
  const choose = (language: Language) => {
    localStorage.setItem('language', language);
    void loadSpeech(language).then((loaded) => {
      announce(loaded);
      setSpeech(loaded);
    });
  };
  return (
    <SpeechContext.Provider value={speech}>
      <Toasts>
        <App language={speech.language} onLanguage={choose} />
      </Toasts>
    </SpeechContext.Provider>
  );
}

async function start(): Promise<void> {
  applyTheme(storedTheme());
  const speech = await loadSpeech(preferredLanguage(localStorage.getItem('language'), navigator.languages));
  announce(speech);
  const place = document.getElementById('app');
  if (place) render(<Root first={speech} />, place);
}

void start();
