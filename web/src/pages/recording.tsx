import { useEffect, useMemo, useState } from 'preact/hooks';
import { audioUrl, deleteRecording, getRecording, jsonUrl, restoreRecording } from '../api/client';
import { listen } from '../api/events';
import type { Recording } from '../api/types';
import { useSpeech, type MessageKey } from '../i18n';
import { failureText } from '../parts/failure';
import { Icon } from '../parts/icons';
import { useKeys } from '../parts/keys';
import { ProbabilityChart } from '../parts/probability_chart';
import { ReviewForm } from '../parts/review';
import { classColour } from '../parts/theme';
import { useToast } from '../parts/toasts';
import { classText, Confidence, HeartRate, Meaning, Probabilities, QualityNote } from '../parts/verdict';
import { cycleOf, evidenceOf } from '../player/evidence';
import { PlayerCard, type Loop } from '../player/player_card';
import { useEvidence } from '../player/use_evidence';
import { go, hrefOf, hrefOfRecording } from '../router';
import { HeartCard } from './heart';
import { neighbour } from './neighbours';
import { Why } from './why';

function Facts({ recording }: { recording: Recording }) {
  const { t, number, percent, time } = useSpeech();
  const total_ms = Object.values(recording.timings).reduce((sum, value) => sum + value, 0);
  const facts: [MessageKey, string][] = [
    ['fact.received', time(recording.received_at)],
    ['fact.length', `${number(recording.duration_s, 1)} s`],
    ['fact.rate', `${number(recording.sample_rate_hz)} Hz, ${recording.channels} ch, ${recording.sample_format}`],
    ['fact.container', recording.container],
    ['fact.size', `${number(recording.body_bytes / 1000, 1)} kB`],
    ['fact.dropped', number(recording.dropped_bytes)],
    ['fact.clipped', percent(recording.clipped_fraction, 2)],
    ['fact.gain', `×${number(recording.gain, 1)}`],
    ['fact.took', `${number(total_ms, 1)} ms`],
    ['fact.model', `${recording.model.name} · ${recording.model.sha256.slice(0, 12)}`],
    ['fact.sum', recording.sha256.slice(0, 24)],
    ['fact.id', recording.id],
  ];
  return (
    <section class="card" aria-labelledby="facts-title">
      <h2 id="facts-title">{t('facts.title')}</h2>
      <dl class="facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export default function RecordingPage({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const toast = useToast();
  const [recording, setRecording] = useState<Recording | null>(null);
  const [failure, setFailure] = useState('');
  const [wanted, setWanted] = useState<Loop | null>(null);
  const [time_s, setTime] = useState(0);

  useEffect(() => {
    setRecording(null);
    setFailure('');
    setWanted(null);
    setTime(0);
    let gone = false;
    getRecording(id)
      .then((found) => !gone && setRecording(found))
      .catch((error: unknown) => !gone && setFailure(failureText(error, speech)));
    const stop = listen((event) => {
      if (event.kind === 'updated' && event.recording.id === id) setRecording(event.recording);
    });
    return () => {
      gone = true;
      stop();
    };
  }, [id]);

  const points = useMemo(
    () =>
      (recording?.windows ?? []).map(({ start_s, end_s, probabilities }) => ({
        time_s: (start_s + end_s) / 2,
        probabilities,
      })),
    [recording?.id],
  );

  const { asked, ask } = useEvidence(recording);
  const told = asked.state === 'told' ? asked.evidence : recording;
  const evidence = useMemo(
    () =>
      asked.state === 'asking' || told === null
        ? null
        : evidenceOf(told, recording?.rhythm?.cycle_s ?? cycleOf(recording?.heart_rate_bpm ?? null)),
    [asked, told],
  );

  const visit = (by: 1 | -1) => {
    const next = neighbour(id, by);
    if (next) go(hrefOfRecording(next));
  };
  const focusOn = (name: string) => document.querySelector<HTMLElement>(`.review [name=${name}]`)?.focus();
  const remove = async () => {
    try {
      await deleteRecording(id);
      toast({
        text: t('delete.done', { count: 1 }),
        action: {
          label: t('delete.undo'),
          run: () => void restoreRecording(id).then(() => go(hrefOfRecording(id))),
        },
      });
      go(hrefOf('history'));
    } catch (error) {
      toast({ text: failureText(error, speech), kind: 'error' });
    }
  };
  useKeys({
    j: () => visit(1),
    k: () => visit(-1),
    n: () => focusOn('note'),
    m: () => focusOn('label'),
    Delete: () => void remove(),
  });

  if (failure) return <p class="problem">{failure}</p>;
  if (!recording || !told) return <p class="loading">{t('loading')}</p>;
  return (
    <article class="recording" style={{ '--class': `var(--${classColour(recording.class)})` }}>
      <header class="recording-head">
        <p class="crumbs">
          <a href={hrefOf('history')}>
            <Icon name="back" size={16} />
            {t('nav.history')}
          </a>
          <span>
            <bdi>{recording.device || t('device.unnamed')}</bdi> · {speech.time(recording.received_at)}
          </span>
        </p>
        <div class="headline">
          <h1>{classText(recording.class, speech)}</h1>
          <Confidence result={recording} />
          <div class="signs">
            <HeartRate bpm={recording.heart_rate_bpm} />
            <QualityNote result={recording} />
          </div>
        </div>
        <Meaning label={recording.class} />
        {recording.review?.label && (
          <p class="corrected">
            {t('review.says', { class: classText(recording.review.label, speech) })}
          </p>
        )}
        <p class="actions">
          <a class="button" href={audioUrl(id)} download={`${id}.wav`}>
            <Icon name="download" size={18} />
            WAV
          </a>
          <a class="button" href={jsonUrl(id)} download={`${id}.json`}>
            <Icon name="download" size={18} />
            JSON
          </a>
          <button onClick={() => void remove()}>
            <Icon name="trash" size={18} />
            {t('delete.one')}
          </button>
        </p>
      </header>
      <PlayerCard recording={recording} evidence={evidence} label={told.class} wanted={wanted} onTime={setTime} />
      <div class="stacks">
        <Why recording={recording} asked={asked} evidence={evidence} label={told.class} ask={ask} play={setWanted} />
        <section class="card" aria-labelledby="probabilities-title">
          <h2 id="probabilities-title">{t('probabilities')}</h2>
          <Probabilities result={recording} />
          {points.length > 1 && (
            <>
              <h3>{t('probabilities.time')}</h3>
              <ProbabilityChart points={points} duration_s={recording.duration_s} now_s={time_s} height={190} />
            </>
          )}
        </section>
        <section class="card" aria-labelledby="review-title">
          <h2 id="review-title">{t('review.title')}</h2>
          <ReviewForm key={recording.review?.updated_at ?? ''} recording={recording} onSaved={setRecording} />
        </section>
        <HeartCard recording={recording} play={setWanted} />
        <Facts recording={recording} />
      </div>
    </article>
  );
}
