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
import { classText, HeartRate, Meaning, Probabilities, QualityNote } from '../parts/verdict';
import { evidenceOf, strongest } from '../player/evidence';
import { PlayerCard, type Loop } from '../player/player_card';
import { go, hrefOf, hrefOfRecording } from '../router';
import { neighbour } from './neighbours';

/** In words: which seconds made the answer, and what was found in the beats. */
function Why({ recording, play }: { recording: Recording; play: (loop: Loop) => void }) {
  const speech = useSpeech();
  const { t, number, percent } = speech;
  const evidence = useMemo(() => evidenceOf(recording), [recording]);
  const best = strongest(evidence, 3);
  const { rhythm, murmur, extra_sounds } = recording;
  const name = classText(recording.class, speech);
  return (
    <section class="card why" aria-labelledby="why-title">
      <h2 id="why-title">{t('why.title', { class: name })}</h2>
      {best.length > 0 ? (
        <>
          <p>{t(evidence.kind === 'occlusion' ? 'why.occlusion' : 'why.windows', { class: name })}</p>
          <ul class="stretches">
            {best.map(({ start_s, end_s, weight }) => (
              <li key={start_s}>
                <button onClick={() => play({ start_s, end_s })}>
                  <Icon name="play" size={14} />
                  {t('why.stretch', { from: number(start_s, 1), to: number(end_s, 1) })}
                </button>
                <span class="weight" aria-hidden="true">
                  <i
                    style={{
                      inlineSize: `${Math.min(100, (100 * weight) / evidence.scale)}%`,
                      background: `var(--${classColour(recording.class)})`,
                    }}
                  />
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>{t('why.even')}</p>
      )}
      <dl class="findings">
        {murmur && (
          <>
            <dt>{t('murmur.title')}</dt>
            <dd>
              {murmur.timing ? t(`murmur.${murmur.timing}` as MessageKey) : t('murmur.none')}
              <small>
                {t('murmur.levels', { systole: number(murmur.systole_db, 1), diastole: number(murmur.diastole_db, 1) })}
              </small>
            </dd>
          </>
        )}
        {rhythm && (
          <>
            <dt>{t('rhythm.title')}</dt>
            <dd>
              {t('rhythm.counts', { premature: rhythm.premature_beats.length, pauses: rhythm.pauses.length })}
              <small>
                {t('rhythm.times', {
                  cycle: number(rhythm.cycle_s, 2),
                  systole: number(rhythm.systole_s, 2),
                  irregularity: percent(rhythm.irregularity),
                })}
              </small>
            </dd>
          </>
        )}
        {extra_sounds && extra_sounds.length > 0 && (
          <>
            <dt>{t('extraSound')}</dt>
            <dd>
              {t('extraSounds.counts', {
                systole: extra_sounds.filter(({ phase }) => phase === 'systole').length,
                diastole: extra_sounds.filter(({ phase }) => phase === 'diastole').length,
              })}
            </dd>
          </>
        )}
      </dl>
      <p class="hint">{t('why.hint')}</p>
    </section>
  );
}

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
  const { t, number } = speech;
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
  if (!recording) return <p class="loading">{t('loading')}</p>;
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
          <p class="confidence">
            <strong>
              {number(Math.floor(recording.confidence))}
              <small>%</small>
            </strong>
            <span>{t('confidence')}</span>
          </p>
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
      <PlayerCard recording={recording} wanted={wanted} onTime={setTime} />
      <div class="columns">
        <Why recording={recording} play={setWanted} />
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
        <Facts recording={recording} />
      </div>
    </article>
  );
}
