// node make_golden.mjs CASES OUTPUT
//
// Runs ONNX Runtime on the models and clips that write_cases wrote to the folder CASES, and writes
// what they score to OUTPUT (golden.json). A clip is padded with zeros to the next of the model's
// lengths, its mask 1 on the clip: what Model::run() does.
// Parameters: CPU provider, one thread, no graph optimisation, so that nothing is fused or
// reordered on either side of the comparison.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import ort from 'onnxruntime-node';

const options = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'disabled',
};

// A metadata value, without a protobuf reader: a StringStringEntryProto is its key (field 1)
// followed by its value (field 2), each after its length.
function metadata(model, name) {
  const key = Buffer.from(name);
  const at = model.lastIndexOf(key) + key.length;
  if (at < key.length || model[at] !== 0x12) throw new Error(`no ${name} in the model`);
  let size = 0;
  let i = at + 1;
  for (let shift = 0; ; shift += 7, i++) {
    size |= (model[i] & 0x7f) << shift;
    if (model[i] < 0x80) break;
  }
  return model.subarray(i + 1, i + 1 + size).toString();
}

function readClip(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function score(session, lengths, clip) {
  const length = lengths.find((one) => one >= clip.length);
  const samples = new Float32Array(length);
  samples.set(clip);
  const feeds = {samples: new ort.Tensor('float32', samples, [1, length])};
  if (session.inputNames.includes('mask')) {
    feeds.mask = new ort.Tensor('float32', new Float32Array(length).fill(1, 0, clip.length), [1, length]);
  }
  const results = await session.run(feeds);
  const rounded = (tensor) => Array.from(tensor.data, (value) => Number(value.toPrecision(7)));
  const answer = {scores: rounded(results.scores)};
  if (results.window_scores) answer.window_scores = rounded(results.window_scores);
  return answer;
}

const [folder, output] = process.argv.slice(2);
if (!output) {
  console.error('usage: node make_golden.mjs CASES OUTPUT');
  process.exit(2);
}
const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json')));
const golden = {};
for (const [name, clips] of Object.entries(cases)) {
  const model = fs.readFileSync(path.join(folder, `${name}.onnx`));
  const session = await ort.InferenceSession.create(model, options);
  const lengths = JSON.parse(metadata(model, 'auscult.lengths'));
  golden[name] = {sha256: crypto.createHash('sha256').update(model).digest('hex'), clips: {}};
  for (const clip of clips) {
    golden[name].clips[clip.name] = await score(session, lengths, readClip(path.join(folder, clip.file)));
  }
}

// The forests, on features of every size: whatever a tree asks, some rows go either way.
async function forestScores(file, seed) {
  const model = fs.readFileSync(file);
  const session = await ort.InferenceSession.create(model, options);
  const columns = JSON.parse(metadata(model, 'auscult.features')).length;
  let state = seed;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const scored = [];
  for (let row = 0; row < 24; row++) {
    const features = Float32Array.from({length: columns}, () =>
      Number(((uniform() < 0.5 ? -1 : 1) * 10 ** (4 * uniform() - 2)).toPrecision(5)));
    const results = await session.run({features: new ort.Tensor('float32', features, [1, columns])}, ['shares']);
    scored.push({features: Array.from(features, (value) => Number(value.toPrecision(7))),
                 shares: Array.from(results.shares.data, (value) => Number(value.toPrecision(7)))});
  }
  return {sha256: crypto.createHash('sha256').update(model).digest('hex'), rows: scored};
}

const forests = {};
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.forest.onnx')).sort()) {
  forests[file.replace('.forest.onnx', '')] = await forestScores(path.join(folder, file), 7);
}
const version = JSON.parse(fs.readFileSync(new URL('node_modules/onnxruntime-node/package.json', import.meta.url))).version;
// One line a clip: short, and a change shows where it is.
const lines = Object.entries(golden).map(([name, {sha256, clips}]) => {
  const answers = Object.entries(clips).map(([clip, answer]) => `  ${JSON.stringify(clip)}: ${JSON.stringify(answer)}`);
  return ` ${JSON.stringify(name)}: {"sha256": "${sha256}", "clips": {\n${answers.join(',\n')}\n }}`;
});
fs.writeFileSync(output, `{\n"onnxruntime": ${JSON.stringify(version)},\n"models": {\n${lines.join(',\n')}\n},\n"forests": ${JSON.stringify(forests)}\n}\n`);
console.log(`${Object.keys(golden).length} models, ONNX Runtime ${version} -> ${output}`);
