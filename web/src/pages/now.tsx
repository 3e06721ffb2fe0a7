import { useEffect, useState } from 'preact/hooks';
import { listDevices, listRecordings } from '../api/client';
import { listen } from '../api/events';
import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { failureText } from '../parts/failure';
import { FirstSteps } from '../parts/first_steps';
import { Icon } from '../parts/icons';
import { classText, Confidence, EvidenceStrip, HeartRate, Meaning, Probabilities, QualityNote } from '../parts/verdict';
import { classColour } from '../parts/theme';
import { hrefOfRecording } from '../router';

const kDevicesShown = 24;

/** The newest recording of each device, newest first. */
async function latestOfEach(): Promise<Recording[]> {
  const latest = new Map<string, Recording>();
  const keep = (recordings: Recording[]) => {
    for (const recording of recordings) if (!latest.has(recording.device)) latest.set(recording.device, recording);
  };
  keep((await listRecordings({}, 100)).recordings);
  // Devices that have been silent for longer than the last hundred recordings.
  const silent = (await listDevices()).filter(({ name }) => !latest.has(name)).slice(0, kDevicesShown);
  for (const page of await Promise.all(silent.map(({ name }) => listRecordings({ device: name }, 1)))) {
    keep(page.recordings);
  }
  return [...latest.values()];
}

function newestFirst(recordings: Recording[]): Recording[] {
  return [...recordings].sort((a, b) => b.received_at.localeCompare(a.received_at)).slice(0, kDevicesShown);
}

function Latest({ recording, fresh, now_ms }: { recording: Recording; fresh: boolean; now_ms: number }) {
  const speech = useSpeech();
  const { t, ago } = speech;
  return (
    <article
      class={`card latest ${fresh ? 'fresh' : ''}`}
      style={{ '--class': `var(--${classColour(recording.class)})` }}
      aria-label={t('now.latestOf', { device: recording.device || t('device.unnamed') })}
    >
      <header>
        <span class="device-name">{recording.device || t('device.unnamed')}</span>
        <time dateTime={recording.received_at} title={speech.time(recording.received_at)}>
          {ago(recording.received_at, now_ms)}
        </time>
      </header>
      <div class="headline">
        <h2>{classText(recording.class, speech)}</h2>
        <Confidence result={recording} />
      </div>
      <Meaning label={recording.class} />
      <EvidenceStrip result={recording} duration_s={recording.duration_s} />
      <div class="halves">
        <Probabilities result={recording} />
        <div class="signs">
          <HeartRate bpm={recording.heart_rate_bpm} />
          <QualityNote result={recording} />
        </div>
      </div>
      <footer>
        <a class="button" href={hrefOfRecording(recording.id)}>
          {t('now.open')}
          <Icon name="forward" size={16} />
        </a>
      </footer>
    </article>
  );
}

export default function NowPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [recordings, setRecordings] = useState<Recording[] | null>(null);
  const [failure, setFailure] = useState('');
  const [fresh, setFresh] = useState('');
  const [said, setSaid] = useState('');
  const [now_ms, setNow] = useState(Date.now());

  const load = () =>
    latestOfEach()
      .then((all) => {
        setRecordings(all);
        setFailure('');
      })
      .catch((error: unknown) => setFailure(failureText(error, speech)));

  useEffect(() => {
    void load();
    const clock = setInterval(() => setNow(Date.now()), 5000);
    const stop = listen((event) => {
      if (event.kind === 'deleted') void load();
      if (event.kind === 'recording') {
        const { recording } = event;
        setRecordings((all) => [recording, ...(all ?? []).filter(({ device }) => device !== recording.device)]);
        setFresh(recording.id);
        setNow(Date.now());
        setSaid(
          `${recording.device}: ${classText(recording.class, speech)}, ${speech.number(Math.floor(recording.confidence))} %` +
            (recording.reliable ? '' : `. ${t('quality.unreliable')}`),
        );
      }
    });
    return () => {
      clearInterval(clock);
      stop();
    };
  }, []);

  return (
    <>
      <h1>{t('nav.now')}</h1>
      <p class="sr-only" role="status">
        {said}
      </p>
      {failure && <p class="problem">{failure}</p>}
      {recordings?.length === 0 && <FirstSteps />}
      {recordings && recordings.length > 0 && (
        <div class={`latest-grid of-${Math.min(3, recordings.length)}`}>
          {newestFirst(recordings).map((recording) => (
            <Latest key={recording.device} recording={recording} fresh={recording.id === fresh} now_ms={now_ms} />
          ))}
        </div>
      )}
    </>
  );
}
