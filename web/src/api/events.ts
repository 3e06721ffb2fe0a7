import type { Recording } from './types';

export type LiveEvent =
  | { kind: 'recording' | 'updated'; recording: Recording }
  | { kind: 'deleted'; id: string }
  | { kind: 'status'; live: boolean };

type Listener = (event: LiveEvent) => void;

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let live = false;

function tell(event: LiveEvent): void {
  for (const listener of [...listeners]) listener(event);
}

function setLive(now: boolean): void {
  if (now === live) return;
  live = now;
  tell({ kind: 'status', live });
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function open(): void {
  source = new EventSource('/v1/events');
  source.onopen = () => setLive(true);
  source.onerror = () => {
    setLive(false);
    // The browser comes again by itself, unless the server answered with an error.
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(() => {
        if (listeners.size > 0 && source === null) open();
      }, 5000);
    }
  };
  for (const kind of ['recording', 'updated'] as const) {
    source.addEventListener(kind, (event: MessageEvent<string>) => {
      const recording = parse<Recording>(event.data);
      if (recording?.id) tell({ kind, recording });
    });
  }
  source.addEventListener('deleted', (event: MessageEvent<string>) => {
    const id = parse<{ id: string }>(event.data)?.id ?? event.lastEventId;
    if (id) tell({ kind: 'deleted', id });
  });
}

/** Calls `listener` with whatever happens on the server, over one shared connection. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (source === null) open();
  listener({ kind: 'status', live });
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      source?.close();
      source = null;
      live = false;
    }
  };
}
