import type { Recording } from '../api/types';

/** A cell that no spreadsheet takes for a formula and no reader for two. */
function cell(value: string | number | null | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** The recordings as a table with a heading line. */
export function csvOf(recordings: Recording[]): string {
  const labels = Object.keys(recordings[0]?.probabilities ?? {});
  const heading = [
    'id', 'device', 'received_at', 'class', 'confidence',
    ...labels.map((label) => `p_${label}`),
    'quality', 'reasons', 'heart_rate_bpm', 'duration_s', 'label', 'note',
  ];
  const lines = recordings.map((recording) => [
    recording.id,
    recording.device,
    recording.received_at,
    recording.class,
    recording.confidence,
    ...labels.map((label) => recording.probabilities[label]),
    recording.quality.verdict,
    recording.quality.reasons.join('; '),
    recording.heart_rate_bpm,
    recording.duration_s,
    recording.review?.label,
    recording.review?.note,
  ]);
  return [heading, ...lines].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}
