/** Hands the microphone's samples to the page, about ten times a second. */
class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(Math.round(sampleRate / 10));
    this.filled = 0;
  }

  process([input]) {
    const channel = input?.[0];
    if (!channel) return true;
    for (let i = 0; i < channel.length; i++) {
      this.samples[this.filled++] = channel[i];
      if (this.filled === this.samples.length) {
        this.port.postMessage(this.samples.slice());
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('tap', Tap);
