import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  deleteRecording,
  exportCsvUrl,
  exportZipUrl,
  getAudio,
  listDevices,
  listRecordings,
  manifestUrl,
  restoreRecording,
} from '../api/client';
import { listen } from '../api/events';
import type { Filters, Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { failureText } from '../parts/failure';
import { FirstSteps } from '../parts/first_steps';
import { Icon } from '../parts/icons';
import { useKeys } from '../parts/keys';
import { ReviewDialog } from '../parts/review';
import { useToast } from '../parts/toasts';
import { ClassLabel } from '../parts/verdict';
import { decodeWav, encodeWav, forListening } from '../player/wav';
import { go, hrefOf, hrefOfRecording } from '../router';
import { csvOf } from './csv';
import { FilterBar } from './filter_bar';
import { filtersOf, isFiltered, searchOf, serverFilters } from './filters';
import { ConfidenceCell, QualityCell } from './history_cells';
import { rememberOrder } from './neighbours';

const kPageSize = 50;

/** Plays one recording at a time, outside any player. */
function usePreview(): (id: string) => Promise<void> {
  const audio = useRef<{ element: HTMLAudioElement; id: string } | null>(null);
  const stop = () => {
    if (!audio.current) return;
    audio.current.element.pause();
    URL.revokeObjectURL(audio.current.element.src);
    audio.current = null;
  };
  useEffect(() => stop, []);
  return async (id) => {
    const again = audio.current?.id === id && !audio.current.element.paused;
    stop();
    if (again) return;
    const element = new Audio(URL.createObjectURL(encodeWav(forListening(decodeWav(await getAudio(id))))));
    audio.current = { element, id };
    await element.play();
  };
}

function save(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export default function HistoryPage({ parameters }: { parameters: URLSearchParams }) {
  const speech = useSpeech();
  const { t, time, shortTime } = speech;
  const toast = useToast();
  const filters = useMemo(() => filtersOf(parameters), [parameters.toString()]);
  const [recordings, setRecordings] = useState<Recording[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [failure, setFailure] = useState('');
  const [devices, setDevices] = useState<string[]>([]);
  const [labels, setLabels] = useState<string[]>([]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const [reviewing, setReviewing] = useState<{ id: string; focus: 'note' | 'label' } | null>(null);
  const [more, setMore] = useState(0);
  const rows = useRef<HTMLTableSectionElement>(null);
  const asked = useRef(0);
  const preview = usePreview();

  const failed = (error: unknown) => toast({ text: failureText(error, speech), kind: 'error' });

  const load = async (next?: string) => {
    const mine = ++asked.current;
    try {
      const page = await listRecordings(serverFilters(filters), kPageSize, next);
      if (mine !== asked.current) return;
      setRecordings((all) => (next ? [...(all ?? []), ...page.recordings] : page.recordings));
      setCursor(page.next_cursor);
      setFailure('');
      const first = page.recordings[0];
      if (first) setLabels(Object.keys(first.probabilities));
    } catch (error) {
      if (mine === asked.current) setFailure(failureText(error, speech));
    }
  };

  useEffect(() => {
    setRecordings(null);
    setChosen(new Set());
    setAt(0);
    setMore(0);
    void load();
  }, [filters]);

  useEffect(() => {
    listDevices()
      .then((all) => setDevices(all.map(({ name }) => name)))
      .catch(() => undefined);
    return listen((event) => {
      if (event.kind === 'recording') setMore((count) => count + 1);
      if (event.kind === 'updated') {
        setRecordings((all) => all?.map((old) => (old.id === event.recording.id ? event.recording : old)) ?? null);
      }
      if (event.kind === 'deleted') setRecordings((all) => all?.filter(({ id }) => id !== event.id) ?? null);
    });
  }, []);

  useEffect(() => rememberOrder((recordings ?? []).map(({ id }) => id)), [recordings]);

  const setFilters = (changed: Filters) => go(hrefOf('history', searchOf(changed)));

  const moveTo = (index: number) => {
    const last = (recordings?.length ?? 0) - 1;
    const next = Math.max(0, Math.min(last, index));
    setAt(next);
    rows.current?.querySelectorAll<HTMLElement>('tr')[next]?.focus();
    if (index > last && cursor) void load(cursor);
  };

  const toggle = (id: string) =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  const remove = async (ids: string[]) => {
    const done: string[] = [];
    try {
      for (const id of ids) {
        await deleteRecording(id);
        done.push(id);
      }
    } catch (error) {
      failed(error);
    }
    setRecordings((all) => all?.filter(({ id }) => !done.includes(id)) ?? null);
    setChosen(new Set());
    if (done.length === 0) return;
    const undo = async () => {
      try {
        for (const id of done) await restoreRecording(id);
      } catch (error) {
        failed(error);
      }
      await load();
    };
    toast({
      text: t('delete.done', { count: done.length }),
      action: { label: t('delete.undo'), run: () => void undo() },
    });
  };

  const current = recordings?.[at];
  const targets = () => (chosen.size > 0 ? [...chosen] : current ? [current.id] : []);
  useKeys({
    j: () => moveTo(at + 1),
    ArrowDown: () => moveTo(at + 1),
    k: () => moveTo(at - 1),
    ArrowUp: () => moveTo(at - 1),
    Enter: () => current && go(hrefOfRecording(current.id)),
    o: () => current && go(hrefOfRecording(current.id)),
    ' ': () => current && void preview(current.id).catch(failed),
    x: () => current && toggle(current.id),
    n: () => current && setReviewing({ id: current.id, focus: 'note' }),
    m: () => current && setReviewing({ id: current.id, focus: 'label' }),
    d: () => void remove(targets()),
    Delete: () => void remove(targets()),
    '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
    Escape: () => setChosen(new Set()),
  });

  const reviewed = recordings?.find(({ id }) => id === reviewing?.id);
  const all = recordings !== null && recordings.length > 0 && chosen.size === recordings.length;

  return (
    <>
      <header class="page-head">
        <h1>{t('nav.history')}</h1>
        <p class="actions">
          <a class="button" href={exportCsvUrl(serverFilters(filters))} download="recordings.csv">
            <Icon name="download" size={18} />
            {t('history.csv')}
          </a>
          <a class="button" href={manifestUrl} download="manifest.csv" title={t('history.manifestHint')}>
            <Icon name="download" size={18} />
            {t('history.manifest')}
          </a>
        </p>
      </header>
      <FilterBar filters={filters} devices={devices} labels={labels} onChange={setFilters} />
      {failure && <p class="problem">{failure}</p>}
      {more > 0 && (
        <button
          class="newer"
          onClick={() => {
            setMore(0);
            void load();
          }}
        >
          {t('history.newer', { count: more })}
        </button>
      )}
      {recordings === null && !failure && <p class="loading">{t('loading')}</p>}
      {recordings?.length === 0 &&
        (isFiltered(filters) ? <p class="empty">{t('history.nothing')}</p> : <FirstSteps />)}
      {recordings && recordings.length > 0 && (
        <div class="card table-card">
          <table class="history">
            <caption class="sr-only">{t('history.caption')}</caption>
            <thead>
              <tr>
                <th>
                  <input
                    type="checkbox"
                    aria-label={t('history.all')}
                    checked={all}
                    onChange={() => setChosen(new Set(all ? [] : recordings.map(({ id }) => id)))}
                  />
                </th>
                <th scope="col">{t('column.class')}</th>
                <th scope="col" class="figure">
                  {t('column.confidence')}
                </th>
                <th scope="col">{t('column.device')}</th>
                <th scope="col">{t('column.quality')}</th>
                <th scope="col">{t('column.review')}</th>
                <th scope="col">{t('column.time')}</th>
                <th>
                  <span class="sr-only">{t('player.play')}</span>
                </th>
              </tr>
            </thead>
            <tbody ref={rows}>
              {recordings.map((recording, index) => (
                <tr
                  key={recording.id}
                  tabIndex={index === at ? 0 : -1}
                  class={`${index === at ? 'current' : ''} ${chosen.has(recording.id) ? 'chosen' : ''}`}
                  onFocus={() => setAt(index)}
                >
                  <td class="pick">
                    <input
                      type="checkbox"
                      aria-label={t('history.pick', { time: time(recording.received_at) })}
                      checked={chosen.has(recording.id)}
                      onChange={() => toggle(recording.id)}
                    />
                  </td>
                  <td class="class">
                    <a href={hrefOfRecording(recording.id)}>
                      <ClassLabel label={recording.class} />
                    </a>
                  </td>
                  <ConfidenceCell recording={recording} />
                  <td class="device">
                    <bdi>{recording.device || t('device.unnamed')}</bdi>
                  </td>
                  <QualityCell recording={recording} />
                  <td class="review">
                    {recording.review?.label && <ClassLabel label={recording.review.label} />}
                    {recording.review?.note && (
                      <span class="note" title={recording.review.note}>
                        <Icon name="note" size={16} />
                        <span>{recording.review.note}</span>
                      </span>
                    )}
                  </td>
                  <td class="time">
                    <time dateTime={recording.received_at}>{shortTime(recording.received_at)}</time>
                  </td>
                  <td class="row-actions">
                    <button
                      class="quiet round"
                      aria-label={t('history.play', { time: time(recording.received_at) })}
                      onClick={() => void preview(recording.id).catch(failed)}
                    >
                      <Icon name="play" size={16} />
                    </button>
                    <button
                      class="quiet round"
                      aria-label={t('history.review', { time: time(recording.received_at) })}
                      onClick={() => setReviewing({ id: recording.id, focus: 'note' })}
                    >
                      <Icon name="note" size={16} />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {cursor && (
            <button class="more" onClick={() => void load(cursor)}>
              {t('history.more')}
            </button>
          )}
        </div>
      )}
      {chosen.size > 0 && recordings && (
        <div class="selection" role="region" aria-label={t('history.selection')}>
          <strong>{t('history.chosen', { count: chosen.size })}</strong>
          <button onClick={() => save(csvOf(recordings.filter(({ id }) => chosen.has(id))), 'recordings.csv')}>CSV</button>
          <a class="button" href={exportZipUrl([...chosen])} download="recordings.zip">
            {t('history.audio')}
          </a>
          <button class="danger" onClick={() => void remove([...chosen])}>
            <Icon name="trash" size={18} />
            {t('delete.one')}
          </button>
          <button class="quiet" onClick={() => setChosen(new Set())}>
            {t('history.none')}
          </button>
        </div>
      )}
      {reviewing && reviewed && (
        <ReviewDialog
          recording={reviewed}
          focus={reviewing.focus}
          onClose={() => setReviewing(null)}
          onSaved={(saved) => {
            setReviewing(null);
            setRecordings((old) => old?.map((one) => (one.id === saved.id ? saved : one)) ?? null);
          }}
        />
      )}
    </>
  );
}
