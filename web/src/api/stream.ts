import type { Answer, Recording, StreamMessage } from './types';

export interface StreamHandlers {
  partial: (elapsed_s: number, result: Answer) => void;
  final: (recording: Recording) => void;
  failed: (detail: string) => void;
}

/** More than this unsent means that the network does not keep up; frames are then left out. */
const kMostUnsentBytes = 4_000_000;

/** One live session of `WS /v1/stream`. Samples sent before the server is ready wait for it. */
export class LiveStream {
  private readonly socket: WebSocket;
  private readonly waiting: Int16Array[] = [];
  private ready = false;
  private finishing = false;
  private over = false;

  constructor(
    sampleRate_hz: number,
    device: string,
    private readonly handlers: StreamHandlers,
  ) {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.socket = new WebSocket(`${scheme}//${location.host}/v1/stream`);
    this.socket.onopen = () => {
      this.socket.send(
        JSON.stringify({ sample_rate: sampleRate_hz, format: 's16', device, key: null }),
      );
    };
    this.socket.onmessage = (event: MessageEvent<string>) => this.receive(event.data);
    this.socket.onclose = () => this.end('');
    this.socket.onerror = () => this.end('');
  }

  /** Mono samples from -1 to 1, at the rate of the session. */
  send(samples: Float32Array): void {
    const words = new Int16Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i] ?? 0;
      words[i] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
    }
    if (!this.ready) this.waiting.push(words);
    else if (this.socket.bufferedAmount < kMostUnsentBytes) this.socket.send(words);
  }

  /** Says that nothing more comes; the final result follows. */
  finish(): void {
    this.finishing = true;
    if (this.ready) this.socket.send(JSON.stringify({ type: 'finish' }));
  }

  /** Leaves at once; the server keeps what it has. */
  close(): void {
    this.over = true;
    this.socket.close();
  }

  private receive(text: string): void {
    const message = JSON.parse(text) as StreamMessage;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        for (const words of this.waiting.splice(0)) this.socket.send(words);
        if (this.finishing) this.finish();
        break;
      case 'partial':
        this.handlers.partial(message.elapsed_s, message.result);
        break;
      case 'final':
        this.over = true;
        this.handlers.final(message.recording);
        this.socket.close();
        break;
      case 'error':
        this.end(message.detail);
        break;
    }
  }

  private end(detail: string): void {
    if (this.over) return;
    this.over = true;
    this.handlers.failed(detail);
  }
}
