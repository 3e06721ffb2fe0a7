import { useEffect, useRef, useState } from 'preact/hooks';
import { getAudio } from '../api/client';
import type { Recording } from '../api/types';
import { useSpeech, type MessageKey } from '../i18n';
import { failureText } from '../parts/failure';
import { Icon } from '../parts/icons';
import { useKeys } from '../parts/keys';
import { useScheme } from '../parts/theme';
import type { Evidence } from './evidence';
import { bands, sliders, type BandName } from './listening';
import { PlayerLegend } from './legend';
import type { Player } from './player';
import { decodeWav, type Sound } from './wav';

const speeds = [0.25, 0.5, 0.75, 1, 1.5];
const clock = (time_s: number) => `${Math.floor(time_s / 60)}:${(time_s % 60).toFixed(1).padStart(4, '0')}`;

export interface Loop {
  start_s: number;
  end_s: number;
}

interface Props {
  recording: Recording;
  /** Null while it is not known. */
  evidence: Evidence | null;
  /** The class that the evidence speaks for; that of the recording, unless another model was asked. */
  label: string;
  /** A stretch that is to be played over and over; a new object each time it is asked for. */
  wanted: Loop | null;
  onTime: (time_s: number) => void;
}

/** The sound of a recording, to see and to hear. */
export function PlayerCard({ recording, evidence, label, wanted, onTime }: Props) {
  const speech = useSpeech();
  const { t, number } = speech;
  const scheme = useScheme();
  const stage = useRef<HTMLDivElement>(null);
  const player = useRef<Player | null>(null);
  const [sound, setSound] = useState<Sound | null>(null);
  const [failure, setFailure] = useState('');
  const [ready, setReady] = useState(false);
  const [playing, setPlaying] = useState(false);
  const [time_s, setTime] = useState(0);
  const [loop, setLoop] = useState<Loop | null>(null);
  const [speed, setSpeed] = useState(1);
  const [band, setBand] = useState<BandName>('whole');
  const [levels, setLevels] = useState(sliders.map(() => 0));
  const [zoom, setZoom] = useState(1);

  useEffect(() => {
    const stop = new AbortController();
    setSound(null);
    setFailure('');
    getAudio(recording.id, stop.signal)
      .then((bytes) => setSound(decodeWav(bytes)))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setFailure(failureText(error, speech));
      });
    return () => stop.abort();
  }, [recording.id]);

  useEffect(() => {
    if (!sound || !stage.current) return;
    const container = stage.current;
    let made: Player | null = null;
    let gone = false;
    void import('./player').then((module) => {
      if (gone) return;
      const timing = recording.murmur?.timing;
      const names = {
        premature: t('rhythm.premature'),
        pause: t('rhythm.pause'),
        extra: t('extraSound'),
        murmur: timing ? t(`murmur.${timing}`) : '',
        byBeat: t('lane.byBeat'),
        byWindow: t('lane.byWindow'),
        leaning: t('lane.leaning'),
        classes: t('lane.classes'),
      };
      made = new module.Player(container, sound, recording, scheme, names, {
        time: (now_s) => {
          setTime(now_s);
          onTime(now_s);
        },
        playing: setPlaying,
        loop: setLoop,
      });
      made.setSpeed(speed);
      made.setBand(band);
      made.setLevels(levels);
      player.current = made;
      setReady(true);
    });
    return () => {
      gone = true;
      made?.destroy();
      player.current = null;
      setReady(false);
      setPlaying(false);
      setLoop(null);
    };
  }, [sound, scheme, speech.language]);

  useEffect(() => {
    if (ready) player.current?.showEvidence(evidence, label);
  }, [ready, evidence, label]);

  useEffect(() => {
    if (!wanted || !player.current) return;
    player.current.setLoop(wanted.start_s, wanted.end_s);
    player.current.seek(wanted.start_s);
    void player.current.play();
  }, [wanted]);

  const changeSpeed = (value: number) => {
    setSpeed(value);
    player.current?.setSpeed(value);
  };
  const changeBand = (value: BandName) => {
    setBand(value);
    player.current?.setBand(value);
  };
  const changeLevel = (index: number, value: number) => {
    const changed = levels.map((level, i) => (i === index ? value : level));
    setLevels(changed);
    player.current?.setLevels(changed);
  };
  const changeZoom = (value: number) => {
    setZoom(value);
    player.current?.zoom(value);
  };
  const toggleLoop = () => {
    const now_s = player.current?.time_s() ?? 0;
    if (loop) player.current?.clearLoop();
    else player.current?.setLoop(now_s, Math.min(recording.duration_s, now_s + 2));
  };
  const seekBy = (step_s: number) => player.current?.seek((player.current.time_s() ?? 0) + step_s);
  const step = (by: number) => {
    const next = speeds[Math.max(0, Math.min(speeds.length - 1, speeds.indexOf(speed) + by))];
    if (next) changeSpeed(next);
  };
  useKeys({
    ' ': () => void player.current?.toggle(),
    l: toggleLoop,
    ArrowLeft: () => seekBy(-0.5),
    ArrowRight: () => seekBy(0.5),
    '[': () => step(-1),
    ']': () => step(1),
    '+': () => changeZoom(Math.min(16, zoom * 2)),
    '-': () => changeZoom(Math.max(1, zoom / 2)),
    b: () => {
      const names = Object.keys(bands) as BandName[];
      changeBand(names[(names.indexOf(band) + 1) % names.length] ?? 'whole');
    },
  });

  return (
    <section class="card player" aria-labelledby="player-title">
      <h2 id="player-title" class="sr-only">
        {t('player.title')}
      </h2>
      <div
        class={`stage ${ready ? 'ready' : ''}`}
        dir="ltr"
        ref={stage}
        role="slider"
        tabIndex={0}
        aria-label={t('player.position')}
        aria-valuemin={0}
        aria-valuemax={Math.round(recording.duration_s * 10) / 10}
        aria-valuenow={Math.round(time_s * 10) / 10}
        aria-valuetext={t('player.positionOf', {
          now: number(time_s, 1),
          all: number(recording.duration_s, 1),
        })}
      />
      {failure && <p class="problem">{failure}</p>}
      <PlayerLegend recording={recording} evidence={evidence} label={label} />
      <div class="toolbar" dir="ltr">
        <button
          class="primary round big"
          disabled={!ready}
          aria-label={t(playing ? 'player.pause' : 'player.play')}
          onClick={() => void player.current?.toggle()}
        >
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <span class="clock">
          <strong>{clock(time_s)}</strong> / {clock(recording.duration_s)}
        </span>
        <button class={loop ? 'toggled' : ''} aria-pressed={loop !== null} disabled={!ready} onClick={toggleLoop}>
          <Icon name="loop" size={18} />
          {t('player.loop')}
        </button>
        <label>
          <span>{t('player.speed')}</span>
          <select value={speed} onChange={(e) => changeSpeed(Number(e.currentTarget.value))}>
            {speeds.map((value) => (
              <option key={value} value={value}>
                {number(value, value % 1 === 0 ? 0 : value === 0.25 || value === 0.75 ? 2 : 1)}×
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t('player.band')}</span>
          <select value={band} onChange={(e) => changeBand(e.currentTarget.value as BandName)}>
            {(Object.keys(bands) as BandName[]).map((name) => (
              <option key={name} value={name}>
                {t(`band.${name}` as MessageKey)}
              </option>
            ))}
          </select>
        </label>
        <label class="wide">
          <span>{t('player.zoom')}</span>
          <input
            type="range"
            min={0}
            max={4}
            step={1}
            value={Math.log2(zoom)}
            onInput={(e) => changeZoom(2 ** Number(e.currentTarget.value))}
          />
        </label>
      </div>
      <details class="equaliser">
        <summary>{t('player.equaliser')}</summary>
        <div>
          {sliders.map(({ frequency_hz }, i) => (
            <label key={frequency_hz}>
              <span>{t('player.around', { hz: frequency_hz })}</span>
              <input
                type="range"
                min={-12}
                max={12}
                step={1}
                value={levels[i]}
                onInput={(e) => changeLevel(i, Number(e.currentTarget.value))}
              />
              <output>{number(levels[i] ?? 0)} dB</output>
            </label>
          ))}
        </div>
        <p class="hint">{t('player.listening')}</p>
      </details>
    </section>
  );
}
