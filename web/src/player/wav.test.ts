import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimate, decodeWav, encodeWav, forListening, forPicture, normalised, upsample, type Sound } from './wav';

const sine = (frequency_hz: number, sampleRate_hz: number, duration_s = 1): Sound => ({
  samples: Float32Array.from(
    { length: sampleRate_hz * duration_s },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * frequency_hz * i) / sampleRate_hz),
  ),
  sampleRate_hz,
});

const middle = (samples: Float32Array) => samples.subarray(samples.length / 4, (3 * samples.length) / 4);
const rms = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
const close = (a: number, b: number, tolerance: number) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test('a WAV that is written is read back within a step of 16 bits', async () => {
  const sound = sine(60, 2000);
  const read = decodeWav(await encodeWav(sound).arrayBuffer());
  assert.equal(read.sampleRate_hz, 2000);
  assert.equal(read.samples.length, 2000);
  read.samples.forEach((value, i) => close(value, sound.samples[i] ?? NaN, 1 / 16384));
});

test('the channels of a WAV are averaged', () => {
  const bytes = new DataView(new ArrayBuffer(48));
  new TextEncoder().encode('RIFF____WAVEfmt ').forEach((byte, i) => bytes.setUint8(i, byte));
  [[16, 16, 4], [20, 1, 2], [22, 2, 2], [24, 4000, 4], [32, 4, 2], [34, 16, 2], [40, 4, 4]].forEach(
    ([at, value, size]) => (size === 4 ? bytes.setUint32(at!, value!, true) : bytes.setUint16(at!, value!, true)),
  );
  new TextEncoder().encode('data').forEach((byte, i) => bytes.setUint8(36 + i, byte));
  bytes.setInt16(44, 16384, true);
  bytes.setInt16(46, -8192, true);
  assert.deepEqual([...decodeWav(bytes.buffer).samples], [0.125]);
});

test('what is no WAV is refused', () => {
  assert.throws(() => decodeWav(new ArrayBuffer(4)), /not a WAV/);
  assert.throws(() => decodeWav(new ArrayBuffer(100)), /not a WAV/);
});

test('a tone keeps its level and phase when its rate is raised', () => {
  const raised = upsample(sine(100, 2000), 4);
  const expected = sine(100, 8000);
  assert.equal(raised.sampleRate_hz, 8000);
  const error = middle(raised.samples).map((value, i) => value - (middle(expected.samples)[i] ?? NaN));
  assert.ok(rms(error) < 0.005, `error ${rms(error)}`);
});

test('a tone above the new range is gone after decimation, one within it stays', () => {
  assert.equal(decimate(sine(100, 16000), 4000).sampleRate_hz, 4000);
  close(rms(middle(decimate(sine(100, 16000), 4000).samples)), 0.5 / Math.SQRT2, 0.005);
  assert.ok(rms(middle(decimate(sine(6000, 16000), 4000).samples)) < 0.005);
});

test('a rate that is low enough is left as it is', () => {
  const sound = sine(100, 2000);
  assert.equal(decimate(sound, 4000).samples, sound.samples);
});

test('quiet sound is raised to the peak, silence stays silent', () => {
  const loud = normalised(Float32Array.from([0.01, -0.01]), 0.9);
  close(loud[0] ?? NaN, 0.9, 1e-6);
  assert.deepEqual([...normalised(new Float32Array(3), 0.9)], [0, 0, 0]);
});

test('a single knock does not make the rest of a picture flat', () => {
  const samples = sine(50, 2000).samples.map((value) => value * 0.01);
  samples[1000] = 1;
  samples[1001] = -1;
  const picture = forPicture(samples);
  assert.equal(picture[1000], 1);
  close(picture.subarray(0, 900).reduce((most, value) => Math.max(most, value), 0), 0.8, 0.05);
});

test('sound for listening has at least 8 kHz', () => {
  assert.equal(forListening(sine(50, 2000)).sampleRate_hz, 8000);
  assert.equal(forListening(sine(50, 44100)).sampleRate_hz, 44100);
});
