import type { components } from './schema';

/** The interface's values, as its description (openapi.json) has them. */
type Described = components['schemas'];

export type Recording = Described['Recording'];
/** What the classifier says, without what the store adds: a partial result of a live stream. */
export type Answer = Described['Answer'];
export type Window = Described['Window'];
export type Beat = Described['Beat'];
export type Review = Described['Review'];
/** What speaks for the answer, found anew by the model in use. */
export type EvidenceAnswer = Described['Evidence'];
export type Model = Described['Model'];
export type DeviceDefaults = Required<Described['DeviceSettings']>;
/** A device that is only set up, and has sent nothing, has nulls. */
export type Device = Described['Device'] & { defaults: DeviceDefaults; assumed: DeviceDefaults };
export type StreamMessage =
  | { type: 'ready' }
  | Described['StreamPartial']
  | Described['StreamFinal']
  | Described['StreamError'];

export interface Page {
  recordings: Recording[];
  next_cursor: string | null;
}

export interface Filters {
  device?: string;
  class?: string;
  quality?: string;
  from?: string;
  to?: string;
  min_confidence?: string;
  q?: string;
}
