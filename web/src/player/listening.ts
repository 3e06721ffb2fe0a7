/** A band that one listens through: what a stethoscope's bell or membrane lets pass, roughly. */
export interface Band {
  low_hz: number | null;
  high_hz: number | null;
  gain: number;
}

/** Corners after the ranges named in textbooks; gains make up for what the band takes away. */
export const bands = {
  whole: { low_hz: null, high_hz: null, gain: 1 },
  bell: { low_hz: 20, high_hz: 150, gain: 1.6 },
  diaphragm: { low_hz: 100, high_hz: 500, gain: 3 },
  murmur: { low_hz: 150, high_hz: 800, gain: 5 },
} as const satisfies Record<string, Band>;
export type BandName = keyof typeof bands;

/** The sliders of the equaliser: a shelf, a bell and a shelf, in the range of heart sounds. */
export const sliders = [
  { type: 'lowshelf', frequency_hz: 60 },
  { type: 'peaking', frequency_hz: 140 },
  { type: 'highshelf', frequency_hz: 300 },
] as const;

/**
 * The way from the player to the loudspeaker: band, equaliser, volume, and a limiter, so that no
 * setting can be painfully loud. Made at the first play, since a browser wants a person's touch.
 */
export class Listening {
  private context: AudioContext | null = null;
  private highPass: BiquadFilterNode[] = [];
  private lowPass: BiquadFilterNode[] = [];
  private equaliser: BiquadFilterNode[] = [];
  private volume: GainNode | null = null;
  private band: BandName = 'whole';
  private levels_db = sliders.map(() => 0);

  constructor(private readonly media: HTMLMediaElement) {}

  async start(): Promise<void> {
    this.context ??= this.connect();
    if (this.context.state === 'suspended') await this.context.resume();
  }

  setBand(band: BandName): void {
    this.band = band;
    this.apply();
  }

  setLevels(levels_db: number[]): void {
    this.levels_db = levels_db;
    this.apply();
  }

  close(): void {
    void this.context?.close();
    this.context = null;
  }

  private connect(): AudioContext {
    const context = new AudioContext();
    const filter = (type: BiquadFilterType, frequency_hz: number) => {
      const node = context.createBiquadFilter();
      node.type = type;
      node.frequency.value = frequency_hz;
      return node;
    };
    // Two of each: 24 dB an octave.
    this.highPass = [filter('highpass', 1), filter('highpass', 1)];
    this.lowPass = [filter('lowpass', 20_000), filter('lowpass', 20_000)];
    this.equaliser = sliders.map(({ type, frequency_hz }) => filter(type, frequency_hz));
    this.volume = context.createGain();
    const limiter = context.createDynamicsCompressor();
    limiter.threshold.value = -6;
    limiter.ratio.value = 20;
    limiter.attack.value = 0.002;
    const chain: AudioNode[] = [
      context.createMediaElementSource(this.media),
      ...this.highPass,
      ...this.lowPass,
      ...this.equaliser,
      this.volume,
      limiter,
      context.destination,
    ];
    chain.reduce((from, to) => from.connect(to));
    this.apply();
    return context;
  }

  private apply(): void {
    const { low_hz, high_hz, gain } = bands[this.band];
    for (const node of this.highPass) node.frequency.value = low_hz ?? 1;
    for (const node of this.lowPass) node.frequency.value = high_hz ?? 20_000;
    this.equaliser.forEach((node, i) => (node.gain.value = this.levels_db[i] ?? 0));
    if (this.volume) this.volume.gain.value = gain;
  }
}
