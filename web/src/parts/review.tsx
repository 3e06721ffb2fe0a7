import { useState } from 'preact/hooks';
import { reviewRecording } from '../api/client';
import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { Dialog } from './dialog';
import { failureText } from './failure';
import { useToast } from './toasts';
import { classText } from './verdict';

interface FormProps {
  recording: Recording;
  onSaved: (recording: Recording) => void;
  /** Which field gets the focus; none if the form is a part of a page. */
  focus?: 'note' | 'label';
}

/** A person's note and label, kept beside the model's answer and never in its place. */
export function ReviewForm({ recording, onSaved, focus }: FormProps) {
  const speech = useSpeech();
  const { t } = speech;
  const toast = useToast();
  const [note, setNote] = useState(recording.review?.note ?? '');
  const [label, setLabel] = useState(recording.review?.label ?? '');
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      onSaved(await reviewRecording(recording.id, { note: note.trim() || null, label: label || null }));
      toast({ text: t('review.saved') });
    } catch (error) {
      toast({ text: failureText(error, speech), kind: 'error' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="review" onSubmit={(event) => void save(event)}>
      <label>
        {t('review.label')}
        <select name="label" value={label} autofocus={focus === 'label'} onChange={(e) => setLabel(e.currentTarget.value)}>
          <option value="">{t('review.unlabelled')}</option>
          {Object.keys(recording.probabilities).map((name) => (
            <option key={name} value={name}>
              {classText(name, speech)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('review.note')}
        <textarea
          name="note"
          rows={3}
          maxLength={2000}
          value={note}
          autofocus={focus === 'note'}
          onInput={(e) => setNote(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit();
          }}
        />
      </label>
      <p class="hint">{t('review.hint')}</p>
      <button class="primary" disabled={busy}>
        {t('save')}
      </button>
    </form>
  );
}

export function ReviewDialog(props: FormProps & { onClose: () => void }) {
  const { t } = useSpeech();
  return (
    <Dialog title={t('review.title')} onClose={props.onClose}>
      <ReviewForm {...props} />
    </Dialog>
  );
}
