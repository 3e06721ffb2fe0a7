import tapUrl from './tap.worklet.js?url';

/** An open microphone; `sampleRate_hz` is what its samples have. */
export interface Microphone {
  sampleRate_hz: number;
  close: () => void;
}

/** Whether the browser lets this page use a microphone: only over HTTPS, or on this computer. */
export const canRecord = () => isSecureContext && navigator.mediaDevices !== undefined;

/**
 * Opens the microphone without what browsers add for speech: their noise suppression takes a heart
 * for noise. `samples` gets mono samples from -1 to 1. Throws if the person or the system refuses.
 */
export async function openMicrophone(samples: (samples: Float32Array) => void): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
  });
  const context = new AudioContext();
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== 'closed') void context.close();
  };
  try {
    await context.audioWorklet.addModule(tapUrl);
    const tap = new AudioWorkletNode(context, 'tap', { numberOfOutputs: 0 });
    tap.port.onmessage = (event: MessageEvent<Float32Array>) => samples(event.data);
    context.createMediaStreamSource(stream).connect(tap);
    await context.resume();
  } catch (error) {
    close();
    throw error;
  }
  return { sampleRate_hz: context.sampleRate, close };
}
