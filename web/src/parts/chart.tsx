import type uPlot from 'uplot';
import { useEffect, useRef } from 'preact/hooks';
import { useScheme } from './theme';

interface Props {
  /** What the chart shows, for those who cannot see it. */
  label: string;
  height: number;
  data: uPlot.AlignedData;
  /** Made anew for each scheme, since a canvas knows no style sheet. */
  options: () => Omit<uPlot.Options, 'width' | 'height'>;
  /** Called with each chart that is made, and with null when it is gone. */
  onChart?: (chart: uPlot | null) => void;
}

/** A chart as wide as its place. uPlot is loaded when the first one is shown. */
export function Chart({ label, height, data, options, onChart }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let chart: uPlot | null = null;
    let gone = false;
    const fit = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height }));
    void Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([module]) => {
      if (gone) return;
      chart = new module.default({ ...options(), width: element.clientWidth, height }, data, element);
      fit.observe(element);
      onChart?.(chart);
    });
    return () => {
      gone = true;
      fit.disconnect();
      onChart?.(null);
      chart?.destroy();
    };
  }, [data, scheme, height]);
  return <div class="chart" role="img" aria-label={label} ref={place} dir="ltr" style={{ minHeight: `${height}px` }} />;
}
