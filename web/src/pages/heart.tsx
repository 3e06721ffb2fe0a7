import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import type { Loop } from '../player/player_card';
import { CycleDiagram } from './cycle_diagram';

/** As many moments as one would listen to. */
const kShown = 8;

interface Moment {
  time_s: number;
  /** What is to be heard: a little before and after. */
  loop: Loop;
}

function Moments({ moments, play }: { moments: Moment[]; play: (loop: Loop) => void }) {
  const { t, number } = useSpeech();
  return (
    <span class="moments">
      {moments.slice(0, kShown).map(({ time_s, loop }) => (
        <button key={time_s} class="chip" onClick={() => play(loop)}>
          <bdi>{t('seconds', { s: number(time_s, 1) })}</bdi>
        </button>
      ))}
      {moments.length > kShown && <span class="hint">+{number(moments.length - kShown)}</span>}
    </span>
  );
}

/** What was measured between and around the heart sounds; none of it decides the class. */
export function HeartCard({ recording, play }: { recording: Recording; play: (loop: Loop) => void }) {
  const { t, number, percent } = useSpeech();
  const { rhythm, murmur, extra_sounds, duration_s } = recording;
  const around = (from_s: number, to_s: number): Loop => ({
    start_s: Math.max(0, from_s - 1.5),
    end_s: Math.min(duration_s, to_s + 1.5),
  });
  const cycle_s = rhythm?.cycle_s ?? 0;
  const early = (rhythm?.premature_beats ?? []).map(({ time_s }) => ({ time_s, loop: around(time_s, time_s) }));
  const pauses = (rhythm?.pauses ?? []).map(({ start_s, end_s }) => ({ time_s: start_s, loop: around(start_s, end_s) }));
  const extra = extra_sounds.map(({ start_s, end_s }) => ({ time_s: start_s, loop: around(start_s, end_s) }));
  return (
    <section class="card heart" aria-labelledby="heart-title">
      <h2 id="heart-title">{t('heart.title')}</h2>
      {recording.beats.length === 0 ? (
        <p>{t('heart.none')}</p>
      ) : (
        <>
          {rhythm && <CycleDiagram rhythm={rhythm} murmur={murmur} />}
          <dl class="findings">
            {murmur && (
              <>
                <dt>{t('murmur.title')}</dt>
                <dd>
                  {murmur.timing ? t(`murmur.${murmur.timing}`) : t('murmur.none')}
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
                  {t('rhythm.irregularity', { irregularity: percent(rhythm.irregularity) })}
                  <small>
                    {t('rhythm.times', {
                      cycle: number(cycle_s, 2),
                      systole: number(rhythm.systole_s, 2),
                      diastole: number(rhythm.diastole_s, 2),
                    })}
                  </small>
                </dd>
                <dt>{t('rhythm.prematureBeats')}</dt>
                <dd>{early.length > 0 ? <Moments moments={early} play={play} /> : t('found.none')}</dd>
                <dt>{t('rhythm.pauses')}</dt>
                <dd>{pauses.length > 0 ? <Moments moments={pauses} play={play} /> : t('found.none')}</dd>
              </>
            )}
            <dt>{t('extraSounds.title')}</dt>
            <dd>
              {extra.length > 0 ? (
                <>
                  <Moments moments={extra} play={play} />
                  <small>
                    {t('extraSounds.counts', {
                      systole: extra_sounds.filter(({ phase }) => phase === 'systole').length,
                      diastole: extra_sounds.filter(({ phase }) => phase === 'diastole').length,
                    })}
                  </small>
                </>
              ) : (
                t('found.none')
              )}
            </dd>
          </dl>
          <p class="hint">{t('heart.hint')}</p>
        </>
      )}
    </section>
  );
}
