import type uPlot from 'uplot';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { getModel } from '../api/client';
import type { Model } from '../api/types';
import { useSpeech, type Speech } from '../i18n';
import { axis } from '../parts/axes';
import { Chart } from '../parts/chart';
import { failureText } from '../parts/failure';
import { colour } from '../parts/theme';
import { classText } from '../parts/verdict';
import {
  at,
  confusionOf,
  countOf,
  figure,
  healthyCalledNormal,
  reliabilityOf,
  weakClasses,
  worstUnseen,
  type Bin,
  type Figure,
} from './metrics';

/** How the service chooses its answer: by probability over the root of the class's frequency. */
const kDecision = 'sqrt';

function FigureText({ figure: shown, share = false }: { figure: Figure | undefined; share?: boolean }) {
  const { number, percent } = useSpeech();
  if (!shown) return <>–</>;
  const text = (value: number) => (share ? percent(value) : number(value, 2));
  return (
    <bdi>
      <strong>{text(shown.value)}</strong>
      {shown.low !== undefined && shown.high !== undefined && (
        <small>
          {' '}
          ({text(shown.low)}–{text(shown.high)})
        </small>
      )}
    </bdi>
  );
}

function Confusion({ counts, labels }: { counts: number[][]; labels: string[] }) {
  const speech = useSpeech();
  const { t } = speech;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t('model.confusion')}>
      <table class="confusion">
        <caption>{t('model.confusionHint')}</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                {classText(label, speech)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, i) => {
            const total = Math.max(1, row.reduce((sum, count) => sum + count, 0));
            return (
              <tr key={labels[i]}>
                <th scope="row">{classText(labels[i] ?? '', speech)}</th>
                {row.map((count, k) => {
                  const share = count / total;
                  // No shades between: on them neither dark nor light figures could be read.
                  const strong = share > 0.5;
                  const strength = strong ? 90 + 10 * share : 75 * share;
                  const mixed = `color-mix(in oklab, var(${i === k ? '--accent' : '--bad'}) ${Math.round(strength)}%, var(--surface))`;
                  return (
                    <td key={k} class={strong ? 'strong' : ''} style={{ background: mixed }}>
                      {count}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Reliability({ bins }: { bins: Bin[] }) {
  const { t, percent } = useSpeech();
  const data = useMemo<uPlot.AlignedData>(
    () => [
      [0, ...bins.map(({ confidence }) => confidence), 1],
      [0, ...bins.map(({ confidence }) => confidence), 1],
      [null, ...bins.map(({ accuracy }) => accuracy), null],
    ],
    [bins],
  );
  const most = Math.max(...bins.map(({ count }) => count));
  return (
    <Chart
      label={t('model.reliabilityText', {
        bins: bins.map(({ confidence, accuracy }) => `${percent(confidence)}: ${percent(accuracy)}`).join(', '),
      })}
      height={300}
      data={data}
      options={() => ({
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: [0, 1] }, y: { range: [0, 1] } },
        axes: [
          axis({ size: 44, label: t('confidence'), values: (_, values) => values.map((value) => percent(value)) }),
          axis({ size: 52, label: t('model.correct'), values: (_, values) => values.map((value) => percent(value)) }),
        ],
        series: [
          {},
          { stroke: colour('muted'), width: 1, dash: [5, 5], points: { show: false } },
          { stroke: colour('accent'), width: 2, points: { show: false } },
        ],
        hooks: {
          draw: [
            (u) => {
              // The area of a dot is the number of recordings.
              u.ctx.save();
              u.ctx.fillStyle = colour('accent');
              for (const { confidence, accuracy, count } of bins) {
                const radius = (3 + 11 * Math.sqrt(count / most)) * devicePixelRatio;
                u.ctx.globalAlpha = 0.85;
                u.ctx.beginPath();
                u.ctx.arc(u.valToPos(confidence, 'x', true), u.valToPos(accuracy, 'y', true), radius, 0, 2 * Math.PI);
                u.ctx.fill();
              }
              u.ctx.restore();
            },
          ],
        },
      })}
    />
  );
}

/** The name of a set that the model never met, as its metrics call it: "physionet-a", "yaseen". */
function nameOfUnseen(name: string, t: Speech['t']): string {
  const site = /^physionet-(\w+)$/.exec(name)?.[1];
  if (site) return t('model.source.physionet', { site });
  return name === 'yaseen' ? t('model.source.yaseen') : name;
}

function Sources({ metrics }: { metrics: unknown }) {
  const { t, number } = useSpeech();
  const sets = (['all', 'A', 'B'] as const).filter((name) => at(metrics, 'pascal', name));
  const unseen = Object.entries((at(metrics, 'unseen') ?? {}) as Record<string, unknown>);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t('model.sources')}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{t('model.source')}</th>
            <th scope="col">{t('model.recordings')}</th>
            <th scope="col">{t('model.accuracy')}</th>
            <th scope="col">{t('model.meanRecall')}</th>
            <th scope="col">{t('model.ece')}</th>
            <th scope="col">{t('model.healthy')}</th>
            <th scope="col">{t('model.murmurAuroc')}</th>
          </tr>
        </thead>
        <tbody>
          {sets.map((name) => (
            <tr key={name}>
              <th scope="row">{t(`model.source.${name}`)}</th>
              <td>{number(countOf(metrics, 'pascal', name, 'recordings') ?? 0)}</td>
              <td>
                <FigureText share figure={figure(metrics, 'pascal', name, 'decisions', kDecision, 'accuracy')} />
              </td>
              <td>
                <FigureText share figure={figure(metrics, 'pascal', name, 'decisions', kDecision, 'uar')} />
              </td>
              <td>
                <FigureText figure={figure(metrics, 'pascal', name, 'ece')} />
              </td>
              <td>
                <FigureText share figure={healthyCalledNormal(at(metrics, 'pascal', name), kDecision)} />
              </td>
              <td>
                <FigureText figure={figure(metrics, 'pascal', name, 'auroc', 'Murmur')} />
              </td>
            </tr>
          ))}
          {at(metrics, 'circor') !== undefined && (
            <tr>
              <th scope="row">{t('model.source.circor')}</th>
              <td>
                {number(
                  (countOf(metrics, 'circor', 'recording', 'positives') ?? 0) +
                    (countOf(metrics, 'circor', 'recording', 'negatives') ?? 0),
                )}
              </td>
              <td>–</td>
              <td>–</td>
              <td>–</td>
              <td>–</td>
              <td>
                <FigureText figure={figure(metrics, 'circor', 'recording')} />
              </td>
            </tr>
          )}
          {unseen.map(([name, set]) => (
            <tr key={name}>
              <th scope="row">
                {nameOfUnseen(name, t)} <small>{t('model.unseen')}</small>
              </th>
              <td>{number((countOf(set, 'healthy') ?? 0) + (countOf(set, 'diseased') ?? 0))}</td>
              <td>–</td>
              <td>–</td>
              <td>–</td>
              <td>
                <FigureText share figure={healthyCalledNormal(set, kDecision)} />
              </td>
              <td>
                <FigureText figure={figure(set, 'auroc_murmur_score') ?? figure(set, 'auroc_murmur_normal')} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function ModelPage() {
  const speech = useSpeech();
  const { t, percent, number } = speech;
  const [model, setModel] = useState<Model | null>(null);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    getModel()
      .then(setModel)
      .catch((error: unknown) => setFailure(failureText(error, speech)));
  }, []);
  if (failure) return <p class="problem">{failure}</p>;
  if (!model) return <p class="loading">{t('loading')}</p>;

  const metrics: unknown = model.measured_quality;
  const confusion = confusionOf(metrics, kDecision);
  const bins = reliabilityOf(metrics);
  const weak = weakClasses(metrics, model.labels, kDecision);
  const worst = worstUnseen(metrics, kDecision);
  const [healthy, diseased] = ['healthy', 'diseased'].map((name) => countOf(metrics, 'unseen', 'yaseen', name) ?? 0);
  return (
    <>
      <header class="page-head">
        <h1>{model.name}</h1>
        <p class="hint">
          {t('model.version', { version: model.version, rate: number(model.sample_rate_hz) })}
          <br />
          <bdi>
            <code>{model.sha256.slice(0, 16)}</code>
          </bdi>
        </p>
      </header>
      <p class="lead">{t('model.lead')}</p>
      {metrics === null ? (
        <p class="empty">{t('model.unmeasured')}</p>
      ) : (
        <>
          <dl class="key-figures">
            {(
              [
                ['model.accuracy', figure(metrics, 'pascal', 'all', 'decisions', kDecision, 'accuracy'), true],
                ['model.meanRecall', figure(metrics, 'pascal', 'all', 'decisions', kDecision, 'uar'), true],
                ['model.murmurAuroc', figure(metrics, 'circor', 'recording') ?? figure(metrics, 'pascal', 'all', 'auroc', 'Murmur'), false],
                ['model.ece', figure(metrics, 'pascal', 'all', 'ece'), false],
              ] as const
            ).map(([key, shown, share]) => (
              <div key={key} class="card">
                <dt>{t(key)}</dt>
                <dd>
                  <FigureText figure={shown} share={share} />
                </dd>
              </div>
            ))}
          </dl>
          <div class="columns">
            {confusion && (
              <section class="card" aria-labelledby="confusion-title">
                <h2 id="confusion-title">{t('model.confusion')}</h2>
                <Confusion counts={confusion} labels={model.labels} />
              </section>
            )}
            {bins.length > 0 && (
              <section class="card" aria-labelledby="reliability-title">
                <h2 id="reliability-title">{t('model.reliability')}</h2>
                <p class="hint">{t('model.reliabilityHint')}</p>
                <Reliability bins={bins} />
              </section>
            )}
          </div>
          <section class="card" aria-labelledby="sources-title">
            <h2 id="sources-title">{t('model.sources')}</h2>
            <p class="hint">{t('model.sourcesHint')}</p>
            <Sources metrics={metrics} />
          </section>
        </>
      )}
      <section class="card limits" aria-labelledby="limits-title">
        <h2 id="limits-title">{t('model.limits')}</h2>
        <ul>
          {weak.map(({ label, recall }) => (
            <li key={label}>{t('model.weak', { class: classText(label, speech), recall: percent(recall.value) })}</li>
          ))}
          <li>{t('model.limit.devices')}</li>
          {worst && (
            <li>
              {t('model.limit.healthy', { source: nameOfUnseen(worst.name, t), share: percent(worst.share.value) })}
            </li>
          )}
          <li>{t('model.limit.people')}</li>
          <li>{t('model.limit.prior')}</li>
          {(healthy ?? 0) + (diseased ?? 0) > 0 && <li>{t('model.limit.short')}</li>}
        </ul>
        <p>{t('disclaimer')}</p>
      </section>
    </>
  );
}
