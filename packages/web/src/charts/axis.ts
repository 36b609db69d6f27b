import type uPlot from 'uplot';
import { palette } from './palette.ts';

/** Every axis: quiet words and hairlines. */
export function axisLook(): uPlot.Axis {
  const colours = palette();
  return {
    stroke: colours.text,
    font: '11px ui-sans-serif, system-ui, sans-serif',
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
}
