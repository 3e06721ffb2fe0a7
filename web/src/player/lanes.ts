import type { Answer, Window } from '../api/types';
import { classColour } from '../parts/theme';
import { courseOf, type Layer } from './evidence';
import { murmurSpans } from './murmur';

export interface LaneNames {
  premature: string;
  pause: string;
  extra: string;
  murmur: string;
  byBeat: string;
  byWindow: string;
  leaning: string;
  classes: string;
}

/** Rules for what is drawn inside the player, beside those of wavesurfer.js. */
export const laneStyle = `
.lane { position: relative; pointer-events: none; }
.lane > b { position: sticky; left: 4px; display: inline-block; margin-left: 4px; padding-top: 6px; color: var(--muted);
  font: 500 11px/14px system-ui, sans-serif; white-space: nowrap; vertical-align: top; }
.bars { position: relative; height: 28px; }
.bars > i { position: absolute; top: 5px; bottom: 5px; border-radius: 3px; font: 600 10px/18px system-ui, sans-serif;
  text-align: center; white-space: nowrap; font-style: normal; }
.bars > i.S1 { background: var(--ink); color: var(--surface); }
.bars > i.S2 { background: var(--s2); color: var(--ink); }
.bars > i > span { position: absolute; top: 0; bottom: 0; left: 50%; transform: translateX(-50%); }
.bars > i.narrow > span { display: none; }
.bars > i.murmur { top: 9px; bottom: 9px; border-radius: 2px; opacity: .75;
  background: repeating-linear-gradient(90deg, var(--class-murmur) 0 1.5px, transparent 1.5px 4px); }
.bars > i.pause { top: auto; bottom: 0; height: 4px; border-radius: 2px; background: var(--class-extrastole); opacity: .55; }
.bars > i.extra { top: 3px; bottom: 3px; background: none; border: 1.5px solid var(--class-extrahls); }
.bars > i.early { top: 0; bottom: auto; width: 0; margin-left: -5px; border: 5px solid transparent; border-bottom: 0;
  border-top: 8px solid var(--class-extrastole); border-radius: 0; }
.line { position: absolute; top: 0; width: 0; z-index: 3; pointer-events: none;
  border-left: 1.5px dashed var(--class-extrastole); }
.evidence .bars { height: 30px; margin-top: 2px; }
.evidence .bars > hr { position: absolute; left: 0; right: 0; margin: 0; border: 0; border-top: 1px solid var(--line); }
.evidence .bars > i { top: auto; bottom: auto; border-radius: 2px 2px 0 0; }
.evidence .bars > i.against { border-radius: 0 0 2px 2px; background: var(--against); }
.evidence-lanes.awaited { min-height: 104px; }
.course .bars { height: 16px; margin: 3px 0 12px; border-radius: 4px; overflow: hidden; }
.course .bars > i { top: 0; bottom: 0; border-radius: 0; }
.course .bars > i + i { box-shadow: -1px 0 0 var(--surface); }
.hertz { position: relative; height: 0; z-index: 6; pointer-events: none; }
.hertz > span { position: absolute; left: 4px; transform: translateY(-50%); padding: 0 3px; border-radius: 4px;
  background: color-mix(in srgb, var(--surface) 70%, transparent); color: var(--ink); font: 500 10px/14px system-ui, sans-serif; }
.tint { position: absolute; top: 0; z-index: -1; pointer-events: none; }
::part(region) { z-index: 4; }
`;

export function element(tag: string, className: string, style: Partial<CSSStyleDeclaration> = {}): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  Object.assign(made.style, style);
  return made;
}

const place = (start_s: number, end_s: number, duration_s: number) => ({
  left: `${(100 * start_s) / duration_s}%`,
  width: `${(100 * Math.max(0, end_s - start_s)) / duration_s}%`,
});

/** A lane with its name above its bars. */
function titledLane(className: string, name: string, bars: HTMLElement): HTMLElement {
  const made = element('div', `lane ${className}`);
  const title = element('b', '');
  title.textContent = name;
  made.append(title, bars);
  return made;
}

type Heard = Pick<Answer, 'beats' | 'rhythm' | 'murmur' | 'extra_sounds'>;

/** The heart sounds, and what is out of the ordinary: noise, early beats, pauses, extra sounds. */
export function beatLane(recording: Heard, duration_s: number, names: LaneNames): HTMLElement {
  const made = element('div', 'lane beats');
  const bars = element('div', 'bars');
  made.append(bars);
  const mark = (className: string, start_s: number, end_s: number, name: string) => {
    const drawn = element('i', className, place(start_s, end_s, duration_s));
    drawn.title = name;
    bars.append(drawn);
    return drawn;
  };
  for (const { start_s, end_s } of murmurSpans(recording.beats, recording.murmur?.timing ?? null)) {
    mark('murmur', start_s, end_s, names.murmur);
  }
  for (const { start_s, end_s } of recording.rhythm?.pauses ?? []) mark('pause', start_s, end_s, names.pause);
  for (const { start_s, end_s, sound } of recording.beats) {
    const label = document.createElement('span');
    label.textContent = sound;
    mark(sound, start_s, end_s, `${sound} ${start_s.toFixed(2)} s`).append(label);
  }
  for (const { start_s, end_s } of recording.extra_sounds) mark('extra', start_s, end_s, names.extra);
  for (const { time_s } of recording.rhythm?.premature_beats ?? []) mark('early', time_s, time_s, names.premature);
  return made;
}

/** A line through the waveform where a beat comes early. */
export function prematureLines({ rhythm }: Heard, duration_s: number, height: number): HTMLElement[] {
  return (rhythm?.premature_beats ?? []).map(({ time_s }) =>
    element('div', 'line', { left: `${(100 * time_s) / duration_s}%`, height: `${height}px` }),
  );
}

/** Up: speaks for the answer; down: against it. Heights compare within one lane. */
export function evidenceLane({ stretches, scale }: Layer, name: string, label: string, duration_s: number): HTMLElement {
  const bars = element('div', 'bars');
  // The line between for and against lies where both have room.
  const most = stretches.reduce((largest, { weight }) => Math.max(largest, weight), 0) / scale;
  const least = stretches.reduce((largest, { weight }) => Math.max(largest, -weight), 0) / scale;
  const span = Math.max(most + least, 1);
  const line = 100 - (100 * least) / span;
  bars.append(element('hr', '', { top: `${line}%` }));
  for (const { start_s, end_s, weight } of stretches) {
    const height = (100 * Math.abs(weight)) / scale / span;
    const mark = element('i', weight > 0 ? 'for' : 'against', {
      ...place(start_s, end_s, duration_s),
      top: `${weight > 0 ? line - height : line}%`,
      height: `${height}%`,
    });
    if (weight > 0) mark.style.background = `var(--${classColour(label)})`;
    bars.append(mark);
  }
  return titledLane('evidence', name, bars);
}

/** The probabilities of all classes, one above the other, over time. */
export function courseLane(windows: Window[], name: string, duration_s: number): HTMLElement {
  const bars = element('div', 'bars');
  for (const { start_s, end_s, shares } of courseOf(windows)) {
    let sum = 0;
    const stops = Object.entries(shares).map(([label, share]) => {
      const from = sum;
      sum += 100 * share;
      return `var(--${classColour(label)}) ${from.toFixed(1)}% ${sum.toFixed(1)}%`;
    });
    bars.append(
      element('i', '', {
        ...place(start_s, end_s, duration_s),
        background: `linear-gradient(to top, ${stops.join(', ')})`,
      }),
    );
  }
  return titledLane('course', name, bars);
}

/** A wash behind the waveform where it speaks for the answer. */
export function evidenceTint({ stretches, scale }: Layer, label: string, duration_s: number, height: number): HTMLElement[] {
  return stretches
    .filter(({ weight }) => weight > 0)
    .map(({ start_s, end_s, weight }) =>
      element('div', 'tint', {
        ...place(start_s, end_s, duration_s),
        height: `${height}px`,
        background: `var(--${classColour(label)})`,
        opacity: (0.04 + 0.26 * (weight / scale)).toFixed(3),
      }),
    );
}

const octave = Math.log2;

/** Marks of frequency over a spectrogram that hangs `height` pixels down from here, on a logarithmic scale. */
export function hertzMarks(low_hz: number, high_hz: number, height: number): HTMLElement {
  const made = element('div', 'hertz');
  for (const frequency_hz of [50, 100, 200, 400, 800]) {
    if (frequency_hz >= high_hz) continue;
    const share = (octave(frequency_hz) - octave(low_hz)) / (octave(high_hz) - octave(low_hz));
    const mark = element('span', '', { top: `${(1 - share) * height}px` });
    mark.textContent = `${frequency_hz} Hz`;
    made.append(mark);
  }
  return made;
}

/** Names the marks where there is room for it. */
export function labelBeats(beats: HTMLElement, pixelsPerSecond: number): void {
  for (const mark of beats.querySelectorAll('i.S1, i.S2')) mark.classList.toggle('narrow', pixelsPerSecond < 90);
}
