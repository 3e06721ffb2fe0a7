// A synthetic heart, so that the tests need no recording: the formulas of
// tests/support/synthetic_heart.hpp.

function burst(time_s, frequency_hz, length_s) {
  if (time_s < 0 || time_s > length_s) return 0;
  const envelope = Math.sin(Math.PI * Math.sqrt(time_s / length_s));
  return envelope * envelope * Math.sin(2 * Math.PI * frequency_hz * time_s);
}

function bandNoise(low_hz, high_hz, seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const partials = Array.from({ length: 48 }, () => ({
    frequency_hz: low_hz + (high_hz - low_hz) * uniform(),
    phase: uniform(),
  }));
  return (time_s) =>
    partials.reduce(
      (sum, { frequency_hz, phase }) => sum + Math.sin(2 * Math.PI * (frequency_hz * time_s + phase)),
      0,
    ) / Math.sqrt(24);
}

/** A heart's sound as a 16-bit mono WAV. `murmurLevel` is of S1's peak. */
export function heartWav({
  rate_bpm = 72,
  duration_s = 10,
  sampleRate_hz = 4000,
  murmurLevel = 0,
  noiseLevel = 0.01,
  peak = 0.3,
} = {}) {
  const beat_s = 60 / rate_bpm;
  const s2_s = 0.08 + 0.28 * beat_s;
  const murmur = bandNoise(120, 380, 1);
  const noise = bandNoise(20, 900, 2);
  const count = Math.round(duration_s * sampleRate_hz);
  const wav = Buffer.alloc(44 + 2 * count);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + 2 * count, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(sampleRate_hz, 24);
  wav.writeUInt32LE(2 * sampleRate_hz, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(2 * count, 40);
  for (let i = 0; i < count; i++) {
    const time_s = i / sampleRate_hz;
    const phase_s = time_s % beat_s;
    let value =
      burst(phase_s, 48, 0.11) +
      0.35 * burst(phase_s, 95, 0.08) +
      0.7 * burst(phase_s - s2_s, 65, 0.08) +
      0.3 * burst(phase_s - s2_s, 120, 0.06) +
      noiseLevel * noise(time_s);
    if (murmurLevel > 0 && phase_s > 0.1 && phase_s < s2_s) {
      value += murmurLevel * Math.sin((Math.PI * (phase_s - 0.1)) / (s2_s - 0.1)) * murmur(time_s);
    }
    wav.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(peak * value * 32768))), 44 + 2 * i);
  }
  return wav;
}
