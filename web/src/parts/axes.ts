import type uPlot from 'uplot';
import { colour } from './theme';

const font = '12px system-ui, sans-serif';

/** An axis in the page's colours. */
export function axis(options: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: colour('muted'),
    font,
    labelFont: font,
    labelSize: 22,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1, size: 4 },
    ...options,
  };
}
