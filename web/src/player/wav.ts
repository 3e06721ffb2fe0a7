/** Mono sound: `samples` from -1 to 1, one a frame. */
export interface Sound {
  samples: Float32Array;
  sampleRate_hz: number;
}

const tag = (view: DataView, at: number) =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

type Reader = (view: DataView, at: number) => number;

function readerOf(format: number, bits: number): Reader {
  if (format === 1 && bits === 8) return (view, at) => (view.getUint8(at) - 128) / 128;
  if (format === 1 && bits === 16) return (view, at) => view.getInt16(at, true) / 32768;
  if (format === 1 && bits === 24) {
    return (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 8388608;
  }
  if (format === 1 && bits === 32) return (view, at) => view.getInt32(at, true) / 2147483648;
  if (format === 3 && bits === 32) return (view, at) => view.getFloat32(at, true);
  if (format === 3 && bits === 64) return (view, at) => view.getFloat64(at, true);
  throw new Error(`WAV format ${format} with ${bits} bits is not read`);
}

/**
 * Reads a WAV: PCM of 8 to 32 bits or floats; channels are averaged. Browsers themselves refuse
 * the low rates of heart-sound databases. Throws if it is no such WAV.
 */
export function decodeWav(bytes: ArrayBuffer): Sound {
  const view = new DataView(bytes);
  if (bytes.byteLength < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') {
    throw new Error('not a WAV');
  }
  let format = 0;
  let channels = 0;
  let sampleRate_hz = 0;
  let bits = 0;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const name = tag(view, at);
    const size = Math.min(view.getUint32(at + 4, true), bytes.byteLength - at - 8);
    if (name === 'fmt ' && size >= 16) {
      format = view.getUint16(at + 8, true);
      channels = view.getUint16(at + 10, true);
      sampleRate_hz = view.getUint32(at + 12, true);
      bits = view.getUint16(at + 22, true);
      // WAVE_FORMAT_EXTENSIBLE names the format in the first word of its GUID.
      if (format === 0xfffe && size >= 26) format = view.getUint16(at + 32, true);
    }
    if (name === 'data') {
      if (channels < 1 || sampleRate_hz < 1) throw new Error('a WAV without a format');
      return { samples: mono(view, at + 8, size, channels, bits / 8, readerOf(format, bits)), sampleRate_hz };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error('a WAV without sound');
}

function mono(view: DataView, start: number, size: number, channels: number, width: number, read: Reader) {
  const samples = new Float32Array(Math.floor(size / (channels * width)));
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += read(view, start + (i * channels + c) * width);
    samples[i] = sum / channels;
  }
  return samples;
}

/** A 16-bit mono WAV of `sound`. */
export function encodeWav({ samples, sampleRate_hz }: Sound): Blob {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, value: string) => {
    for (let i = 0; i < value.length; i++) view.setUint8(at + i, value.charCodeAt(i));
  };
  text(0, 'RIFF');
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate_hz, true);
  view.setUint32(28, sampleRate_hz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.round((samples[i] ?? 0) * 32767);
    view.setInt16(44 + i * 2, Math.max(-32768, Math.min(32767, value)), true);
  }
  return new Blob([view.buffer as ArrayBuffer], { type: 'audio/wav' });
}

/** A windowed-sinc low-pass of unit gain, `taps` long (odd); `cutoff` in cycles a sample. */
function lowPass(taps: number, cutoff: number): Float32Array {
  const middle = (taps - 1) / 2;
  const weights = new Float32Array(taps);
  let sum = 0;
  for (let i = 0; i < taps; i++) {
    const t = i - middle;
    const sinc = t === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * t) / (Math.PI * t);
    weights[i] = sinc * (0.5 + 0.5 * Math.cos((Math.PI * t) / (middle + 1)));
    sum += weights[i] ?? 0;
  }
  return weights.map((weight) => weight / sum);
}

/** `sound` at `factor` times its rate. */
export function upsample({ samples, sampleRate_hz }: Sound, factor: number): Sound {
  if (factor === 1) return { samples, sampleRate_hz };
  const reach = 16;
  const weights = lowPass(2 * reach * factor + 1, 0.48 / factor);
  const result = new Float32Array(samples.length * factor);
  for (let i = 0; i < result.length; i++) {
    const nearest = Math.floor(i / factor);
    let sum = 0;
    for (let k = Math.max(0, nearest - reach + 1); k <= Math.min(samples.length - 1, nearest + reach); k++) {
      sum += (samples[k] ?? 0) * (weights[i - k * factor + reach * factor] ?? 0);
    }
    result[i] = sum * factor;
  }
  return { samples: result, sampleRate_hz: sampleRate_hz * factor };
}

/** `sound` at a whole fraction of its rate that is still at least `least_hz`; for pictures. */
export function decimate({ samples, sampleRate_hz }: Sound, least_hz: number): Sound {
  const factor = Math.max(1, Math.floor(sampleRate_hz / least_hz));
  if (factor === 1) return { samples, sampleRate_hz };
  const weights = lowPass(8 * factor + 1, 0.45 / factor);
  const middle = 4 * factor;
  const result = new Float32Array(Math.ceil(samples.length / factor));
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (samples[i * factor + k - middle] ?? 0);
    result[i] = sum;
  }
  return { samples: result, sampleRate_hz: sampleRate_hz / factor };
}

/** `samples` without their mean, the loudest at `peak`; at most 60 dB louder than they came. */
export function normalised(samples: Float32Array, peak: number): Float32Array {
  const mean = samples.reduce((sum, value) => sum + value, 0) / Math.max(1, samples.length);
  const most = samples.reduce((largest, value) => Math.max(largest, Math.abs(value - mean)), 0);
  const gain = most > 0 ? Math.min(peak / most, 1000) : 1;
  return samples.map((value) => (value - mean) * gain);
}

/** `samples` for a picture: all but the loudest 0.5 % within 0.8; what is beyond 1 is cut off. */
export function forPicture(samples: Float32Array): Float32Array {
  const centred = normalised(samples, 1);
  const loudness = centred.map(Math.abs).sort();
  const usual = loudness[Math.floor(0.995 * (loudness.length - 1))] ?? 0;
  const gain = usual > 0 ? Math.max(1, 0.8 / usual) : 1;
  return centred.map((value) => Math.max(-1, Math.min(1, value * gain)));
}

/** `sound` as a browser plays it: at 8 kHz or more, at a level that can be heard. */
export function forListening(sound: Sound): Sound {
  const factor = Math.max(1, Math.ceil(8000 / sound.sampleRate_hz));
  const raised = upsample(sound, factor);
  return { samples: normalised(raised.samples, 0.9), sampleRate_hz: raised.sampleRate_hz };
}
