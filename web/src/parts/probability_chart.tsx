import type uPlot from 'uplot';
import { useMemo, useRef, useEffect } from 'preact/hooks';
import { useSpeech } from '../i18n';
import { axis } from './axes';
import { Chart } from './chart';
import { classColour, colour } from './theme';
import { ClassLabel, classText } from './verdict';

export interface Point {
  time_s: number;
  probabilities: Record<string, number>;
}

interface Props {
  points: Point[];
  duration_s: number;
  /** A line at this moment, for instance that of the playback. */
  now_s?: number;
  height?: number;
}

/** The probabilities of all classes over time. */
export function ProbabilityChart({ points, duration_s, now_s, height = 200 }: Props) {
  const speech = useSpeech();
  const { t, percent } = speech;
  const chart = useRef<uPlot | null>(null);
  const now = useRef(now_s);
  now.current = now_s;
  const labels = Object.keys(points[0]?.probabilities ?? {});
  const data = useMemo<uPlot.AlignedData>(
    () => [
      points.map(({ time_s }) => time_s),
      ...labels.map((label) => points.map(({ probabilities }) => probabilities[label] ?? null)),
    ],
    [points],
  );
  useEffect(() => chart.current?.redraw(false, false), [now_s]);

  const drawNow = (u: uPlot) => {
    if (now.current === undefined) return;
    const x = u.valToPos(now.current, 'x', true);
    u.ctx.save();
    u.ctx.strokeStyle = colour('accent');
    u.ctx.lineWidth = 2 * devicePixelRatio;
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  };

  const last = points.at(-1);
  const highest = last && labels.reduce((a, b) => ((last.probabilities[a] ?? 0) >= (last.probabilities[b] ?? 0) ? a : b));
  return (
    <div class="probability-chart">
      <Chart
        label={t('chart.probabilities', { count: points.length, class: highest ? classText(highest, speech) : '' })}
        height={height}
        data={data}
        onChart={(made) => (chart.current = made)}
        options={() => ({
          legend: { show: false },
          cursor: { drag: { x: false, y: false }, points: { size: 6 } },
          scales: { x: { time: false, range: [0, duration_s] }, y: { range: [0, 1] } },
          axes: [
            axis({ size: 36, values: (_, values) => values.map((value) => `${value} s`) }),
            axis({ size: 48, splits: [0, 0.25, 0.5, 0.75, 1], values: (_, values) => values.map((value) => percent(value)) }),
          ],
          series: [
            {},
            ...labels.map((label) => ({
              label,
              stroke: colour(classColour(label)),
              width: 2,
              points: { show: points.length < 30, size: 5, fill: colour(classColour(label)) },
            })),
          ],
          hooks: { draw: [drawNow] },
        })}
      />
      <ul class="legend">
        {labels.map((label) => (
          <li key={label}>
            <ClassLabel label={label} />
          </li>
        ))}
      </ul>
    </div>
  );
}
