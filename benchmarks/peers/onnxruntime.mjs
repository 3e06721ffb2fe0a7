// Node with Fastify and ONNX Runtime on our model.onnx:
//
//     node onnxruntime.mjs MODEL.ONNX PORT
//
// Decodes, resamples by a windowed sinc, runs the network and answers; stores nothing.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import * as ort from 'onnxruntime-node'

const [modelPath, port] = process.argv.slice(2)

// The metadata of an ONNX file is not given out by onnxruntime-node: read here as the
// length-prefixed strings that they are in the file.
const file = readFileSync(modelPath)
function metadata(key) {
  const at = file.lastIndexOf(key) + key.length + 1 // after the tag of the value
  let size = 0
  let begin = at
  for (let shift = 0; ; shift += 7) {
    const byte = file[begin++]
    size |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  return file.toString('utf8', begin, begin + size)
}
const rate = Number(metadata('auscult.sample_rate_hz'))
const lengths = JSON.parse(metadata('auscult.lengths'))
const labels = JSON.parse(metadata('auscult.labels'))
const calibration = JSON.parse(metadata('auscult.calibration'))

const session = await ort.InferenceSession.create(modelPath, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1
})

const filters = new Map()
function lowPass(factor) {
  if (!filters.has(factor)) {
    const half = 16 * factor
    filters.set(factor, Float32Array.from({ length: 2 * half + 1 }, (_, i) => {
      const t = (i - half) / factor
      const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)
      return sinc * (0.5 - 0.5 * Math.cos(Math.PI * i / half)) / factor
    }))
  }
  return filters.get(factor)
}

function resample(pcm, from) {
  const factor = from / rate
  const filter = lowPass(factor)
  const half = (filter.length - 1) / 2
  const padded = new Float32Array(pcm.length + 2 * half)
  for (let i = 0; i < pcm.length; i++) padded[half + i] = pcm[i] / 32768
  const out = new Float32Array(Math.min(Math.ceil(pcm.length / factor), lengths.at(-1)))
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    const at = i * factor
    for (let k = 0; k < filter.length; k++) sum += padded[at + k] * filter[k]
    out[i] = sum
  }
  return out
}

async function classify(body) {
  const pcm = new Int16Array(body.buffer.slice(body.byteOffset, body.byteOffset + (body.length & ~1)))
  const heard = resample(pcm, 16000)
  const length = lengths.find((size) => size >= heard.length)
  const samples = new Float32Array(length)
  samples.set(heard)
  const mask = new Float32Array(length).fill(1, 0, heard.length)
  const { scores } = await session.run({
    samples: new ort.Tensor('float32', samples, [1, length]),
    mask: new ort.Tensor('float32', mask, [1, length])
  }, ['scores'])
  const logits = calibration.matrix.map((row, label) =>
    scores.data.reduce((sum, score, i) => sum + score * row[i], calibration.bias[label]))
  const largest = Math.max(...logits)
  const odds = logits.map((logit) => Math.exp(logit - largest))
  const sum = odds.reduce((a, b) => a + b)
  const best = odds.indexOf(Math.max(...odds))
  return { name: labels[best], confidence: 100 * odds[best] / sum }
}

let last = null
const app = Fastify({ bodyLimit: 64 << 20 })
for (const type of ['application/octet-stream', '*']) {
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}
app.post('/upload_audio', async (request, reply) => {
  if (!request.body?.length) return reply.code(400).send('No audio data received')
  last = await classify(request.body)
  return reply.type('text/plain').send(`${last.name}|Conf: ${Math.floor(last.confidence)}%`)
})
app.get('/', async () => ({ class: last.name, confidence: last.confidence }))
await app.listen({ host: '127.0.0.1', port: Number(port) })
