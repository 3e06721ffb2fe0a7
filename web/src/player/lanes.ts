import type { Recording } from '../api/types';
import { classColour } from '../parts/theme';
import type { Evidence } from './evidence';

export interface LaneNames {
  premature: string;
  pause: string;
  extra: string;
}

/** Rules for what is drawn inside the player, beside those of wavesurfer.js. */
export const laneStyle = `
.lane { position: relative; height: 24px; pointer-events: none; border-top: 1px solid var(--line); }
.lane.evidence { height: 36px; margin-bottom: 6px; }
.lane.evidence::after { content: ''; position: absolute; inset: 50% 0 auto; border-top: 1px solid var(--line); }
.lane > i { position: absolute; top: 3px; bottom: 3px; border-radius: 3px; font: 600 10px/16px system-ui, sans-serif;
  text-align: center; overflow: visible; white-space: nowrap; font-style: normal; }
.lane > i.S1 { background: var(--ink); color: var(--surface); }
.lane > i.S2 { background: var(--s2); color: var(--ink); }
.lane > i > span { position: absolute; top: 0; bottom: 0; inset-inline-start: 50%; transform: translateX(-50%); }
.lane > i.narrow > span { display: none; }
.lane > i.flag { background: var(--class-extrastole); width: 3px; border-radius: 2px; }
.lane > i.pause { background: repeating-linear-gradient(135deg, transparent 0 3px, var(--muted) 3px 4px); }
.lane > i.extra { background: none; border: 1.5px solid var(--class-extrahls); }
.lane.evidence > i { top: auto; bottom: 50%; border-radius: 2px 2px 0 0; }
.lane.evidence > i.against { top: 50%; bottom: auto; border-radius: 0 0 2px 2px; background: var(--against); }
.hertz { position: relative; height: 0; z-index: 6; pointer-events: none; }
.hertz > span { position: absolute; left: 4px; transform: translateY(-50%); padding: 0 3px; border-radius: 4px;
  background: color-mix(in srgb, var(--surface) 70%, transparent); color: var(--ink); font: 500 10px/14px system-ui, sans-serif; }
.tint { position: absolute; top: 0; z-index: -1; pointer-events: none; }
::part(region) { z-index: 4; }
`;

function element(tag: string, className: string, style: Partial<CSSStyleDeclaration>): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  Object.assign(made.style, style);
  return made;
}

const place = (start_s: number, end_s: number, duration_s: number) => ({
  left: `${(100 * start_s) / duration_s}%`,
  width: `${(100 * Math.max(0, end_s - start_s)) / duration_s}%`,
});

/** The heart sounds, and what is out of the ordinary: early beats, pauses, extra sounds. */
export function beatLane(recording: Recording, duration_s: number, names: LaneNames): HTMLElement {
  const made = element('div', 'lane beats', {});
  for (const { start_s, end_s, sound } of recording.beats) {
    const mark = element('i', sound, place(start_s, end_s, duration_s));
    mark.title = `${sound} ${start_s.toFixed(2)} s`;
    const label = document.createElement('span');
    label.textContent = sound;
    mark.append(label);
    made.append(mark);
  }
  for (const { time_s } of recording.rhythm?.premature_beats ?? []) {
    const mark = element('i', 'flag', { left: `${(100 * time_s) / duration_s}%` });
    mark.title = names.premature;
    made.append(mark);
  }
  for (const { start_s, end_s } of recording.rhythm?.pauses ?? []) {
    const mark = element('i', 'pause', place(start_s, end_s, duration_s));
    mark.title = names.pause;
    made.append(mark);
  }
  for (const { start_s, end_s } of recording.extra_sounds ?? []) {
    const mark = element('i', 'extra', place(start_s, end_s, duration_s));
    mark.title = names.extra;
    made.append(mark);
  }
  return made;
}

/** Up: speaks for the answer; down: against it; the height is how much. */
export function evidenceLane(evidence: Evidence, label: string, duration_s: number): HTMLElement {
  const made = element('div', 'lane evidence', {});
  for (const { start_s, end_s, weight } of evidence.stretches) {
    const height = `${(48 * Math.min(1, Math.abs(weight) / evidence.scale)).toFixed(1)}%`;
    const mark = element('i', weight > 0 ? 'for' : 'against', { ...place(start_s, end_s, duration_s), height });
    if (weight > 0) mark.style.background = `var(--${classColour(label)})`;
    made.append(mark);
  }
  return made;
}

/** A wash behind the waveform where it speaks for the answer. */
export function evidenceTint(evidence: Evidence, label: string, duration_s: number, height: number): HTMLElement[] {
  return evidence.stretches
    .filter(({ weight }) => weight > 0)
    .map(({ start_s, end_s, weight }) =>
      element('div', 'tint', {
        ...place(start_s, end_s, duration_s),
        height: `${height}px`,
        background: `var(--${classColour(label)})`,
        opacity: (0.04 + 0.26 * (weight / evidence.scale)).toFixed(3),
      }),
    );
}

const octave = Math.log2;

/** Marks of frequency over a spectrogram that hangs `height` pixels down from here, on a logarithmic scale. */
export function hertzMarks(low_hz: number, high_hz: number, height: number): HTMLElement {
  const made = element('div', 'hertz', {});
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
export function labelBeats(lane: HTMLElement, pixelsPerSecond: number): void {
  for (const mark of lane.querySelectorAll('i.S1, i.S2')) mark.classList.toggle('narrow', pixelsPerSecond < 90);
}
