import { useRef, useState } from 'preact/hooks';
import { upload } from '../api/client';
import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { failureText } from './failure';
import { Icon } from './icons';

interface Props {
  device: string;
  onRecording: (recording: Recording) => void;
}

/** Takes files that are dropped on it or chosen, and sends them one after the other. */
export function DropZone({ device, onRecording }: Props) {
  const speech = useSpeech();
  const { t, percent } = speech;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [failures, setFailures] = useState<string[]>([]);

  const send = async (files: File[]) => {
    setFailures([]);
    for (const file of files) {
      setSending({ name: file.name, share: 0 });
      try {
        onRecording(await upload(file, device, (share) => setSending({ name: file.name, share })));
      } catch (error) {
        setFailures((all) => [...all, `${file.name}: ${failureText(error, speech)}`]);
      }
    }
    setSending(null);
  };

  return (
    <div
      class={`drop-zone ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void send([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <Icon name="upload" size={28} />
      <p class="drop-title">{t('drop.title')}</p>
      <p class="hint">{t('drop.formats')}</p>
      <button class="primary" disabled={sending !== null} onClick={() => input.current?.click()}>
        {t('drop.choose')}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('drop.choose')}
        onChange={(event) => {
          void send([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <div aria-live="polite">
        {sending && (
          <p class="sending">
            {sending.share < 1
              ? t('drop.sending', { name: sending.name, share: percent(sending.share) })
              : t('drop.listening', { name: sending.name })}
          </p>
        )}
        {failures.map((failure) => (
          <p key={failure} class="problem">
            {failure}
          </p>
        ))}
      </div>
    </div>
  );
}
