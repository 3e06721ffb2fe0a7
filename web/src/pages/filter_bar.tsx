import { useEffect, useState } from 'preact/hooks';
import type { Filters } from '../api/types';
import { useSpeech } from '../i18n';
import { Icon } from '../parts/icons';
import { classText } from '../parts/verdict';
import { isFiltered } from './filters';

interface Props {
  filters: Filters;
  devices: string[];
  labels: string[];
  onChange: (filters: Filters) => void;
}

const knownLabels = ['Artifact', 'Murmur', 'Normal', 'Extrahls', 'Extrastole'];

export function FilterBar({ filters, devices, labels, onChange }: Props) {
  const speech = useSpeech();
  const { t, percent } = speech;
  const [words, setWords] = useState(filters.q ?? '');
  useEffect(() => setWords(filters.q ?? ''), [filters.q]);
  // The list is asked again once the typing pauses.
  useEffect(() => {
    if (words === (filters.q ?? '')) return undefined;
    const pause = setTimeout(() => set('q', words), 300);
    return () => clearTimeout(pause);
  }, [words]);

  const set = (name: keyof Filters, value: string) => {
    const changed = { ...filters };
    if (value) changed[name] = value;
    else delete changed[name];
    onChange(changed);
  };
  const names = labels.length > 0 ? labels : knownLabels;
  const known = filters.device && !devices.includes(filters.device) ? [filters.device, ...devices] : devices;

  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="search">
        <span class="sr-only">{t('filter.q')}</span>
        <Icon name="search" size={18} />
        <input
          type="search"
          placeholder={t('filter.q')}
          value={words}
          onInput={(e) => setWords(e.currentTarget.value)}
        />
      </label>
      <label>
        <span>{t('column.device')}</span>
        <select value={filters.device ?? ''} onChange={(e) => set('device', e.currentTarget.value)}>
          <option value="">{t('filter.any')}</option>
          {known.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('column.class')}</span>
        <select value={filters.class ?? ''} onChange={(e) => set('class', e.currentTarget.value)}>
          <option value="">{t('filter.any')}</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {classText(name, speech)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('column.quality')}</span>
        <select value={filters.quality ?? ''} onChange={(e) => set('quality', e.currentTarget.value)}>
          <option value="">{t('filter.any')}</option>
          <option value="good">{t('quality.short.good')}</option>
          <option value="poor">{t('quality.short.poor')}</option>
        </select>
      </label>
      <label>
        <span>{t('filter.confidence')}</span>
        <select value={filters.min_confidence ?? ''} onChange={(e) => set('min_confidence', e.currentTarget.value)}>
          <option value="">{t('filter.any')}</option>
          {[50, 60, 70, 80, 90].map((value) => (
            <option key={value} value={value}>
              ≥ {percent(value / 100)}
            </option>
          ))}
        </select>
      </label>
      <div class="dates">
        <label>
          <span>{t('filter.from')}</span>
          <input type="date" value={filters.from ?? ''} onChange={(e) => set('from', e.currentTarget.value)} />
        </label>
        <label>
          <span>{t('filter.to')}</span>
          <input type="date" value={filters.to ?? ''} onChange={(e) => set('to', e.currentTarget.value)} />
        </label>
      </div>
      {isFiltered(filters) && (
        <button type="button" class="quiet" onClick={() => onChange({})}>
          <Icon name="close" size={16} />
          {t('filter.clear')}
        </button>
      )}
    </form>
  );
}
