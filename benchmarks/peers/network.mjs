// Processor time of our network in ONNX Runtime, one thread: milliseconds by length, as JSON.
//
//     node network.mjs MODEL.ONNX
import * as ort from 'onnxruntime-node'

const session = await ort.InferenceSession.create(process.argv[2], {
  intraOpNumThreads: 1,
  interOpNumThreads: 1
})
const took = {}
for (const length of [10000, 20000, 60000]) {
  const samples = new Float32Array(length).map((_, i) => 0.1 * Math.sin(i / 9) * Math.sin(i / 700))
  const inputs = {
    samples: new ort.Tensor('float32', samples, [1, length]),
    mask: new ort.Tensor('float32', new Float32Array(length).fill(1), [1, length])
  }
  const runs = Math.ceil(600000 / length)
  for (let i = 0; i < runs / 4; i++) await session.run(inputs)
  const before = process.cpuUsage()
  for (let i = 0; i < runs; i++) await session.run(inputs)
  const { user, system } = process.cpuUsage(before)
  took[length] = (user + system) / 1000 / runs
}
console.log(JSON.stringify(took))
