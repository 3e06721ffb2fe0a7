import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { Icon } from '../parts/icons';
import { reasonText } from '../parts/reasons';

/** The confidence; marked where it is not to be relied on. */
export function ConfidenceCell({ recording }: { recording: Recording }) {
  const { t, number } = useSpeech();
  const figure = `${number(Math.floor(recording.confidence))} %`;
  if (recording.reliable) return <td class="figure confidence">{figure}</td>;
  return (
    <td class="figure confidence doubtful" title={t('quality.unreliable')}>
      <Icon name="warning" size={14} />
      <span class="sr-only">{t('confidence.doubtful')}: </span>
      {figure}
    </td>
  );
}

/** Good, or why not, in as few words as there is room for; the rest in the title. */
export function QualityCell({ recording }: { recording: Recording }) {
  const speech = useSpeech();
  const { t } = speech;
  const poor = recording.quality.verdict === 'poor';
  if (!poor && recording.reliable) return <td class="quality good">{t('quality.short.good')}</td>;
  const reasons = (poor ? recording.quality.reasons : recording.unreliable_reasons).map((reason) => reasonText(reason, speech));
  const [first] = reasons;
  return (
    <td class="quality poor">
      <span title={reasons.map(({ text }) => text).join('\n')}>
        <Icon name="warning" size={16} />
        {first && poor ? (
          <span class="reason" lang={first.known ? undefined : 'en'}>
            {first.text.split(':')[0]!.trim()}
          </span>
        ) : (
          t(poor ? 'quality.short.poor' : 'quality.short.doubtful')
        )}
      </span>
    </td>
  );
}
