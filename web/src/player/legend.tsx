import type { ComponentChildren } from 'preact';
import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { ClassLabel, classText } from '../parts/verdict';
import type { Evidence } from './evidence';

function Entry({ swatch, children }: { swatch: string; children: ComponentChildren }) {
  return (
    <li>
      <i class={`swatch ${swatch}`} /> {children}
    </li>
  );
}

interface Props {
  recording: Recording;
  evidence: Evidence | null;
  label: string;
}

/** What the marks of the player mean; of those that there are. */
export function PlayerLegend({ recording, evidence, label }: Props) {
  const speech = useSpeech();
  const { t } = speech;
  const { beats, rhythm, murmur, extra_sounds } = recording;
  const has = (list: unknown[] | undefined) => list !== undefined && list.length > 0;
  return (
    <div class="player-legend">
      <ul class="legend">
        {has(beats) && (
          <>
            <Entry swatch="s1">S1</Entry>
            <Entry swatch="s2">S2</Entry>
          </>
        )}
        {has(beats) && murmur?.timing && <Entry swatch="murmur">{t(`murmur.${murmur.timing}`)}</Entry>}
        {has(rhythm?.premature_beats) && <Entry swatch="premature">{t('rhythm.premature')}</Entry>}
        {has(rhythm?.pauses) && <Entry swatch="pause">{t('rhythm.pause')}</Entry>}
        {has(extra_sounds) && <Entry swatch="extra">{t('extraSound')}</Entry>}
        {evidence && (
          <>
            <Entry swatch="for">{t('lane.for', { class: classText(label, speech) })}</Entry>
            <Entry swatch="against">{t('lane.against')}</Entry>
          </>
        )}
      </ul>
      <ul class="legend classes">
        {Object.keys(recording.probabilities).map((name) => (
          <li key={name}>
            <ClassLabel label={name} />
          </li>
        ))}
      </ul>
    </div>
  );
}
