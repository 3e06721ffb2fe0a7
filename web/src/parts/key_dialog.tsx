import { useState } from 'preact/hooks';
import { logIn } from '../api/login';
import { useSpeech } from '../i18n';
import { Dialog } from './dialog';
import { failureText } from './failure';

/** Asks for the key that the server wants, and begins anew with it. */
export function KeyDialog({ onClose }: { onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget as HTMLFormElement).get('key') ?? '').trim();
    setBusy(true);
    setFailure('');
    try {
      // Everything that was refused is asked for again.
      if (await logIn(key)) return location.reload();
      setFailure(t('key.wrong'));
    } catch (error) {
      setFailure(failureText(error, speech));
    }
    setBusy(false);
  };
  return (
    <Dialog title={t('key.title')} onClose={onClose}>
      <form class="review" onSubmit={(event) => void submit(event)}>
        <p class="hint">{t('key.lead')}</p>
        <label>
          {t('key.field')}
          <input name="key" type="password" autocomplete="current-password" required autofocus />
        </label>
        {failure && (
          <p class="problem" role="alert">
            {failure}
          </p>
        )}
        <button class="primary" disabled={busy}>
          {t('key.send')}
        </button>
      </form>
    </Dialog>
  );
}
