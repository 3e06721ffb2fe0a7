import WaveSurfer from 'wavesurfer.js';
import RegionsPlugin, { type Region } from 'wavesurfer.js/plugins/regions';
import SpectrogramPlugin from 'wavesurfer.js/plugins/spectrogram';
import TimelinePlugin from 'wavesurfer.js/plugins/timeline';
import type { Recording } from '../api/types';
import { classColour, colour, type Scheme } from '../parts/theme';
import { soundColours } from './colours';
import type { Evidence } from './evidence';
import {
  beatLane,
  courseLane,
  element,
  evidenceLane,
  evidenceTint,
  hertzMarks,
  labelBeats,
  laneStyle,
  prematureLines,
  type LaneNames,
} from './lanes';
import { Listening, type BandName } from './listening';
import { decimate, encodeWav, forListening, forPicture, type Sound } from './wav';

const kWaveHeight = 132;
const kSpectrogramHeight = 190;
/** Heart sounds and murmurs lie between 20 Hz and 1 kHz. */
const kLow_hz = 20;
const kHigh_hz = 1000;

export interface PlayerEvents {
  time: (time_s: number) => void;
  playing: (playing: boolean) => void;
  /** The stretch that is repeated has changed; null if there is none. */
  loop: (loop: { start_s: number; end_s: number } | null) => void;
}

/** Takes over the style that the build put into a hidden element; see vite.config.ts. */
function adoptStyle(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync((root.querySelector('data[hidden]')?.textContent ?? '') + laneStyle);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** Waveform, beats, evidence and spectrogram of one recording over one axis of time, with sound. */
export class Player {
  readonly duration_s: number;
  private readonly surfer: WaveSurfer;
  private readonly regions = RegionsPlugin.create();
  private readonly media = new Audio();
  private readonly listening = new Listening(this.media);
  private readonly url: string;
  private readonly tints = element('div', 'tints');
  private readonly evidence = element('div', 'evidence-lanes');
  private loop: Region | null = null;

  constructor(
    container: HTMLElement,
    sound: Sound,
    recording: Recording,
    scheme: Scheme,
    private readonly names: LaneNames,
    private readonly events: PlayerEvents,
  ) {
    this.duration_s = sound.samples.length / sound.sampleRate_hz;
    this.url = URL.createObjectURL(encodeWav(forListening(sound)));
    this.media.src = this.url;
    this.media.preload = 'auto';
    const picture = decimate(sound, 2 * kHigh_hz);
    this.surfer = WaveSurfer.create({
      container,
      media: this.media,
      peaks: [forPicture(picture.samples)],
      duration: this.duration_s,
      height: kWaveHeight,
      waveColor: colour('wave'),
      progressColor: colour('ink'),
      cursorColor: colour('accent'),
      cursorWidth: 2,
      dragToSeek: true,
      hideScrollbar: false,
    });
    const wrapper = this.surfer.getWrapper();
    adoptStyle(wrapper.getRootNode() as ShadowRoot);
    const beats = beatLane(recording, this.duration_s, names);
    wrapper.append(
      this.tints,
      ...prematureLines(recording, this.duration_s, kWaveHeight),
      beats,
      this.evidence,
      courseLane(recording.windows, names.classes, this.duration_s),
      hertzMarks(kLow_hz, Math.min(kHigh_hz, picture.sampleRate_hz / 2), kSpectrogramHeight),
    );
    this.surfer.registerPlugin(this.spectrogram(picture.sampleRate_hz, scheme));
    this.surfer.registerPlugin(
      TimelinePlugin.create({
        height: 20,
        secondaryLabelOpacity: 1,
        style: { fontSize: '11px', color: colour('muted') },
      }),
    );
    this.surfer.registerPlugin(this.regions);
    this.regions.enableDragSelection({ color: 'transparent' }, 8);
    this.surfer.on('timeupdate', (time_s) => this.follow(time_s));
    this.surfer.on('play', () => events.playing(true));
    this.surfer.on('pause', () => events.playing(false));
    this.surfer.on('finish', () => (this.loop ? void this.play() : events.playing(false)));
    this.surfer.on('redrawcomplete', () => labelBeats(beats, wrapper.clientWidth / this.duration_s));
    this.regions.on('region-created', (region) => this.adoptLoop(region, classColour(recording.class)));
    this.regions.on('region-updated', (region) => events.loop({ start_s: region.start, end_s: region.end }));
  }

  /** Shows what speaks for the class `label` and against it; null while that is not known yet. */
  showEvidence(evidence: Evidence | null, label: string): void {
    this.evidence.classList.toggle('awaited', evidence === null);
    if (evidence === null) {
      this.evidence.replaceChildren();
      this.tints.replaceChildren();
      return;
    }
    const { kind, byBeat, byWindow, finest } = evidence;
    const lanes = [];
    if (byBeat) lanes.push(evidenceLane(byBeat, this.names.byBeat, label, this.duration_s));
    const windows = kind === 'occlusion' ? this.names.byWindow : this.names.leaning;
    if (byWindow) lanes.push(evidenceLane(byWindow, windows, label, this.duration_s));
    this.evidence.replaceChildren(...lanes);
    this.tints.replaceChildren(...evidenceTint(finest, label, this.duration_s, kWaveHeight));
  }

  async play(): Promise<void> {
    await this.listening.start();
    if (this.loop) {
      const now_s = this.surfer.getCurrentTime();
      if (now_s < this.loop.start || now_s >= this.loop.end - 0.01) this.surfer.setTime(this.loop.start);
    }
    await this.surfer.play();
  }

  async toggle(): Promise<void> {
    if (this.surfer.isPlaying()) this.surfer.pause();
    else await this.play();
  }

  seek(time_s: number): void {
    this.surfer.setTime(Math.max(0, Math.min(this.duration_s, time_s)));
  }

  time_s(): number {
    return this.surfer.getCurrentTime();
  }

  setLoop(start_s: number, end_s: number): void {
    this.regions.addRegion({ start: start_s, end: end_s, drag: true, resize: true });
  }

  clearLoop(): void {
    this.loop?.remove();
    this.loop = null;
    this.events.loop(null);
  }

  setSpeed(speed: number): void {
    this.surfer.setPlaybackRate(speed, true);
  }

  setBand(band: BandName): void {
    this.listening.setBand(band);
  }

  setLevels(levels_db: number[]): void {
    this.listening.setLevels(levels_db);
  }

  /** `1`: the whole recording in the width that there is. */
  zoom(factor: number): void {
    const { clientWidth } = this.surfer.getWrapper().parentElement ?? this.surfer.getWrapper();
    this.surfer.zoom(factor <= 1 ? 0 : (factor * clientWidth) / this.duration_s);
  }

  destroy(): void {
    this.media.pause();
    this.surfer.destroy();
    this.listening.close();
    URL.revokeObjectURL(this.url);
  }

  private spectrogram(sampleRate_hz: number, scheme: Scheme) {
    // 64 ms: long enough to tell a murmur's pitch, short enough to part S1 from S2.
    const window = 2 ** Math.round(Math.log2(0.064 * sampleRate_hz));
    return SpectrogramPlugin.create({
      height: kSpectrogramHeight,
      fftSamples: window,
      fftSize: 4 * window,
      windowFunc: 'hann',
      frequencyMin: kLow_hz,
      frequencyMax: Math.min(kHigh_hz, sampleRate_hz / 2),
      scale: 'logarithmic',
      autoGain: true,
      rangeDB: 45,
      preEmphasis: 4,
      colorMap: soundColours(scheme),
    });
  }

  private follow(time_s: number): void {
    if (this.loop && this.surfer.isPlaying() && time_s >= this.loop.end) this.surfer.setTime(this.loop.start);
    this.events.time(this.surfer.getCurrentTime());
  }

  /** There is one loop at a time: the region that was made last. */
  private adoptLoop(region: Region, name: string): void {
    if (this.loop && this.loop !== region) this.loop.remove();
    this.loop = region;
    region.setOptions({ color: colour(name).replace('rgb(', 'rgba(').replace(')', ', 0.16)') });
    this.events.loop({ start_s: region.start, end_s: region.end });
  }
}
