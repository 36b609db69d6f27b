import type uPlot from 'uplot';
import { palette } from './palette.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly status: 'down' | 'degraded' | 'maintenance';
}

export interface ChartLook {
  readonly height: number;
  readonly format: (value: number) => string;
  readonly threshold: { readonly value: number; readonly label: string } | null;
  readonly spans: readonly Span[];
  /** Share of failed checks per bucket, drawn as ticks along the bottom. */
  readonly failed: readonly (number | null)[];
  readonly onZoom: (from: number, to: number) => void;
  readonly onHover: (index: number | null) => void;
}

const axisFont = '11px ui-sans-serif, system-ui, sans-serif';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Hours of a day by the clock, midnights and longer steps by the date. */
function timeLabels(ticks: readonly number[]): string[] {
  return ticks.map((tick) => {
    const at = new Date(tick);
    return at.getHours() === 0 && at.getMinutes() === 0 ? date.format(at) : clock.format(at);
  });
}

function faded(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${share * 100}%, transparent)`;
}

/** Values between two gaps, which no line can show: they are drawn as points. */
function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const missing = (index: number): boolean => values[index] === null || values[index] === undefined;
  const found: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (!missing(index) && missing(index - 1) && missing(index + 1)) found.push(index);
  }
  return found;
}

/** Periods that were not up, as soft columns behind the lines. */
function drawSpans(chart: uPlot, spans: readonly Span[]): void {
  const colours = palette();
  const { left, top, width, height } = chart.bbox;
  for (const span of spans) {
    const from = Math.max(left, chart.valToPos(span.from, 'x', true));
    const to = Math.min(left + width, chart.valToPos(span.to, 'x', true));
    if (to <= left || from >= left + width) continue;
    chart.ctx.fillStyle = faded(colours[span.status], 0.13);
    chart.ctx.fillRect(from, top, Math.max(1, to - from), height);
  }
}

function drawThreshold(chart: uPlot, threshold: NonNullable<ChartLook['threshold']>): void {
  const colours = palette();
  const { left, top, width, height } = chart.bbox;
  const y = chart.valToPos(threshold.value, 'y', true);
  if (y < top || y > top + height) return;
  const scale = window.devicePixelRatio;
  chart.ctx.save();
  chart.ctx.strokeStyle = colours.degraded;
  chart.ctx.lineWidth = scale;
  chart.ctx.setLineDash([4 * scale, 4 * scale]);
  chart.ctx.beginPath();
  chart.ctx.moveTo(left, y);
  chart.ctx.lineTo(left + width, y);
  chart.ctx.stroke();
  chart.ctx.fillStyle = colours.degraded;
  chart.ctx.font = `${11 * scale}px ui-sans-serif, system-ui, sans-serif`;
  chart.ctx.textAlign = 'left';
  chart.ctx.fillText(threshold.label, left + 4 * scale, y - 4 * scale);
  chart.ctx.restore();
}

function drawFailed(chart: uPlot, failed: readonly (number | null)[]): void {
  const colours = palette();
  const times = chart.data[0];
  const scale = window.devicePixelRatio;
  const bottom = chart.bbox.top + chart.bbox.height;
  failed.forEach((part, index) => {
    const time = times[index];
    if (part === null || part === 0 || time === undefined) return;
    const x = chart.valToPos(time, 'x', true);
    const tall = (4 + 8 * part) * scale;
    chart.ctx.fillStyle = colours.down;
    chart.ctx.fillRect(x - scale, bottom - tall, 2 * scale, tall);
  });
}

/** uPlot's options in our look: hairline grid, thresholds as lines, gaps as gaps, zoom by drag, shared crosshair. */
export function chartOptions(width: number, look: ChartLook): uPlot.Options {
  const colours = palette();
  const axis: uPlot.Axis = {
    stroke: colours.text,
    font: axisFont,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: look.height,
    ms: 1,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'page', setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true },
      y: { range: (_, __, max) => [0, Math.max(max ?? 0, look.threshold?.value ?? 0, 1e-9) * 1.12] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 28, values: (_, ticks) => timeLabels(ticks) },
      { ...axis, size: 62, values: (_, ticks) => ticks.map((tick) => look.format(tick)) },
    ],
    series: [
      {},
      { label: 'low', stroke: 'transparent', points: { show: false } },
      { label: 'high', stroke: 'transparent', points: { show: false } },
      { label: 'p95', stroke: faded(colours.accent, 0.55), width: 1, dash: [3, 3], points: { show: false } },
      {
        label: 'average',
        stroke: colours.accent,
        width: 1.6,
        points: { show: true, size: 4, fill: colours.accent, filter: (chart) => lonely(chart.data[4] ?? []) },
      },
    ],
    bands: [{ series: [2, 1], fill: faded(colours.accent, 0.1) }],
    hooks: {
      drawClear: [(chart) => drawSpans(chart, look.spans)],
      draw: [
        (chart) => {
          drawFailed(chart, look.failed);
          if (look.threshold !== null) drawThreshold(chart, look.threshold);
        },
      ],
      setCursor: [(chart) => look.onHover(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width: selected } = chart.select;
          if (selected < 4) return;
          look.onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + selected, 'x'));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}
