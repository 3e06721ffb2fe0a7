import type { components } from './schema';

/** What the interface's description (openapi.json) says a recording is. */
type Described = components['schemas']['Recording'];

export interface Review {
  note: string | null;
  label: string | null;
  updated_at: string;
}

export interface Rhythm {
  cycle_s: number;
  systole_s: number;
  diastole_s: number;
  irregularity: number;
  premature_beats: { time_s: number; prematurity: number }[];
  pauses: { start_s: number; end_s: number }[];
}

export interface Murmur {
  timing: 'early systolic' | 'holosystolic' | 'late systolic' | 'diastolic' | null;
  systole_db: number;
  diastole_db: number;
}

export interface ExtraSound {
  start_s: number;
  end_s: number;
  phase: 'systole' | 'diastole';
}

/** A stretch of the recording; `evidence` is missing from answers of older versions. */
export type Window = Described['windows'][number] & { evidence?: number };
export type Beat = Described['beats'][number] & { evidence?: number };

/** A recording; what older versions did not store may be missing. */
export type Recording = Omit<
  Described,
  'windows' | 'beats' | 'review' | 'rhythm' | 'murmur' | 'extra_sounds' | 'reliable' | 'unreliable_reasons'
> & {
  windows: Window[];
  beats: Beat[];
  review?: Review | null;
  rhythm?: Rhythm | null;
  murmur?: Murmur | null;
  extra_sounds?: ExtraSound[];
  reliable?: boolean;
  unreliable_reasons?: string[];
};

/** What the classifier says, without what the store adds: a partial result of a live stream. */
export type Answer = Pick<
  Recording,
  'class' | 'confidence' | 'probabilities' | 'quality' | 'heart_rate_bpm' | 'beats' | 'windows'
>;

export interface Page {
  recordings: Recording[];
  next_cursor: string | null;
}

export interface DeviceDefaults {
  sample_rate: number | null;
  channels: number | null;
  format: string | null;
  gain: number | null;
}

/** A device that is only set up, and has sent nothing, has nulls. */
export interface Device {
  name: string;
  last_seen: string | null;
  recordings: number;
  declared_rate_hz: number | null;
  /** What the recording itself says; raw samples say nothing. */
  detected_rate_hz: number | null;
  level_dbfs: number | null;
  clipped_fraction: number | null;
  warnings: string[];
  latest: { id: string; class: string; confidence: number } | null;
  /** What was set here. */
  defaults: DeviceDefaults;
  /** What holds for raw samples that say nothing of themselves. */
  assumed: DeviceDefaults;
}

export type Model = components['schemas']['Model'];

export interface Filters {
  device?: string;
  class?: string;
  quality?: string;
  from?: string;
  to?: string;
  min_confidence?: string;
  q?: string;
}
