import { useEffect, useRef, useState } from 'preact/hooks';
import { LiveStream } from '../api/stream';
import type { Answer, Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { canRecord, openMicrophone, type Microphone } from '../live/microphone';
import { Envelope, Scope } from '../live/scope';
import { DropZone } from '../parts/drop_zone';
import { failureText } from '../parts/failure';
import { Icon } from '../parts/icons';
import { useKeys } from '../parts/keys';
import { ProbabilityChart, type Point } from '../parts/probability_chart';
import { classColour } from '../parts/theme';
import { ClassLabel, classText, Confidence, HeartRate, Probabilities, QualityNote } from '../parts/verdict';
import { hrefOfRecording } from '../router';

/** A forgotten microphone does not stream for ever. */
const kLongest_s = 120;

type State = 'idle' | 'asking' | 'recording' | 'finishing';

function LiveCard({ device, onRecording }: { device: string; onRecording: (recording: Recording) => void }) {
  const speech = useSpeech();
  const { t, number } = speech;
  const [state, setState] = useState<State>('idle');
  const [failure, setFailure] = useState('');
  const [result, setResult] = useState<Answer | null>(null);
  const [elapsed_s, setElapsed] = useState(0);
  const [points, setPoints] = useState<Point[]>([]);
  const [envelope, setEnvelope] = useState(() => new Envelope());
  const session = useRef<{ microphone: Microphone; stream: LiveStream } | null>(null);

  const leave = () => {
    session.current?.microphone.close();
    session.current?.stream.close();
    session.current = null;
  };
  useEffect(() => leave, []);

  const start = async () => {
    setState('asking');
    setFailure('');
    setResult(null);
    setPoints([]);
    setElapsed(0);
    const fresh = new Envelope();
    setEnvelope(fresh);
    try {
      let stream: LiveStream | null = null;
      const early: Float32Array[] = [];
      const microphone = await openMicrophone((samples) => {
        fresh.add(samples, microphone.sampleRate_hz);
        if (stream) stream.send(samples);
        else early.push(samples);
      });
      stream = new LiveStream(microphone.sampleRate_hz, device, {
        partial: (now_s, partial) => {
          setElapsed(now_s);
          setResult(partial);
          setPoints((all) => [...all, { time_s: now_s, probabilities: partial.probabilities }]);
          if (now_s >= kLongest_s) stop();
        },
        final: (recording) => {
          leave();
          setState('idle');
          setResult(recording);
          setElapsed(recording.duration_s);
          onRecording(recording);
        },
        failed: (detail) => {
          leave();
          setState('idle');
          setFailure(detail || t('try.dropped'));
        },
      });
      for (const samples of early) stream.send(samples);
      session.current = { microphone, stream };
      setState('recording');
    } catch (error) {
      leave();
      setState('idle');
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      setFailure(refused ? t('try.refused') : failureText(error, speech));
    }
  };

  const stop = () => {
    if (!session.current) return;
    setState('finishing');
    session.current.microphone.close();
    session.current.stream.finish();
  };

  const active = state === 'recording' || state === 'finishing';
  useKeys({ r: () => (state === 'recording' ? stop() : state === 'idle' && void start()) });

  return (
    <section class={`card live ${active ? 'active' : ''}`} aria-labelledby="live-title">
      <h2 id="live-title">{t('try.live')}</h2>
      <p class="hint">{t('try.liveHint')}</p>
      {canRecord() ? (
        <p class="actions">
          {active ? (
            <button class="primary recording-button" disabled={state === 'finishing'} onClick={stop}>
              <Icon name="stop" size={18} />
              {t(state === 'finishing' ? 'try.finishing' : 'try.stop')}
            </button>
          ) : (
            <button class="primary" disabled={state === 'asking'} onClick={() => void start()}>
              <Icon name="try" size={18} />
              {t('try.start')}
            </button>
          )}
          {active && <span class="clock">{t('seconds', { s: number(elapsed_s, 0) })}</span>}
        </p>
      ) : (
        <p class="problem">{t('try.insecure')}</p>
      )}
      {failure && (
        <p class="problem" role="alert">
          {failure}
        </p>
      )}
      {(active || result) && <Scope envelope={envelope} label={t('try.scope')} />}
      {result ? (
        <div class="live-result" style={{ '--class': `var(--${classColour(result.class)})` }}>
          <div class="headline">
            <p class="answer" role="status">
              {classText(result.class, speech)}
            </p>
            <Confidence result={result} />
          </div>
          <div class="halves">
            <Probabilities result={result} />
            <div class="signs">
              <HeartRate bpm={result.heart_rate_bpm} />
              <QualityNote result={result} />
            </div>
          </div>
          {points.length > 1 && (
            <>
              <h3>{t('try.course')}</h3>
              <ProbabilityChart points={points} duration_s={Math.max(10, elapsed_s)} height={170} />
            </>
          )}
        </div>
      ) : (
        active && <p class="waiting">{t('try.waiting')}</p>
      )}
    </section>
  );
}

export default function TryPage() {
  const { t, number } = useSpeech();
  const [device, setDevice] = useState(() => localStorage.getItem('device') ?? 'browser');
  const [done, setDone] = useState<Recording[]>([]);
  const keep = (recording: Recording) => setDone((all) => [recording, ...all].slice(0, 20));
  return (
    <>
      <h1>{t('try.title')}</h1>
      <p class="lead">{t('try.lead')}</p>
      <label class="device-field">
        <span>{t('try.device')}</span>
        <input
          value={device}
          maxLength={64}
          onInput={(event) => {
            setDevice(event.currentTarget.value);
            localStorage.setItem('device', event.currentTarget.value);
          }}
        />
      </label>
      <div class="columns">
        <section class="card" aria-labelledby="upload-title">
          <h2 id="upload-title">{t('try.upload')}</h2>
          <DropZone device={device} onRecording={keep} />
          <ul class="results" aria-live="polite" aria-label={t('try.results')}>
            {done.map((recording) => (
              <li key={recording.id}>
                <a href={hrefOfRecording(recording.id)}>
                  <ClassLabel label={recording.class} />
                  <span class="figure">{number(Math.floor(recording.confidence))} %</span>
                  <span class="hint">{t('seconds', { s: number(recording.duration_s, 1) })}</span>
                  <Icon name="forward" size={16} />
                </a>
              </li>
            ))}
          </ul>
        </section>
        <LiveCard device={device} onRecording={keep} />
      </div>
    </>
  );
}
