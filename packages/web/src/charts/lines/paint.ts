import { columnsOf } from './columns.ts';

/** Where values stand on the canvas, in its own pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** Pixels of the canvas for one of the page. */
  readonly scale: number;
  /** Index of the value at the left and at the right edge; not whole while zoomed. */
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly stacked: boolean;
}

interface Stroke {
  /** Index into the values. */
  readonly line: number;
  readonly colour: string;
}

export interface Painting {
  readonly view: View;
  readonly strokes: readonly Stroke[];
}

type Canvas2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

interface Points {
  readonly values: Float64Array;
  /** Pixels from one value to the next, and where the first stands. */
  readonly step: number;
  readonly offset: number;
}

/** The values themselves, or their columns when there are more than two values to a pixel. */
function pointsOf(values: Float64Array, { left, right, width, scale }: View): Points {
  const from = Math.max(0, Math.floor(left));
  const to = Math.min(values.length, Math.ceil(right) + 1);
  const perIndex = width / Math.max(1e-9, right - left);
  const columns = Math.floor(width / scale);
  if (to - from <= columns * 2)
    return { values: values.subarray(from, to), step: perIndex, offset: (from - left) * perIndex };
  const step = width / (columns * 2);
  return { values: columnsOf(values, { from, to, columns }), step, offset: step / 2 };
}

/** One line; what stands alone between two gaps is a dot, since no line can show it. */
function trace(context: Canvas2d, { values, step, offset }: Points, view: View): void {
  const { height, bottom, top, scale } = view;
  const perValue = height / (top - bottom);
  // Far beyond the edges, where canvases lose precision, a line is cut.
  const y = (value: number): number =>
    Math.max(-height, Math.min(height * 2, height - (value - bottom) * perValue));
  const isThere = (index: number): boolean => Number.isFinite(values[index] ?? Number.NaN);
  let open = false;
  for (let index = 0; index < values.length; index += 1) {
    if (!isThere(index)) {
      open = false;
      continue;
    }
    const x = offset + index * step;
    const at = y(values[index] ?? 0);
    if (open) context.lineTo(x, at);
    else {
      context.moveTo(x, at);
      if (!isThere(index + 1)) context.lineTo(x + Math.max(1, scale), at);
    }
    open = true;
  }
}

/** The area between a line and the one below it, broken where there are gaps. */
function fill(context: Canvas2d, upper: Points, { lower, view }: { lower: Points | null; view: View }): void {
  const { height, bottom, top } = view;
  const perValue = height / (top - bottom);
  const y = (value: number): number => height - (value - bottom) * perValue;
  const floor = (index: number): number =>
    y(lower === null ? Math.max(bottom, 0) : (lower.values[index] ?? 0));
  let start = -1;
  for (let index = 0; index <= upper.values.length; index += 1) {
    const there = Number.isFinite(upper.values[index] ?? Number.NaN);
    if (there && start < 0) start = index;
    if (there || start < 0) continue;
    for (let at = start; at < index; at += 1) {
      const x = upper.offset + at * upper.step;
      if (at === start) context.moveTo(x, y(upper.values[at] ?? 0));
      else context.lineTo(x, y(upper.values[at] ?? 0));
    }
    for (let at = index - 1; at >= start; at -= 1) context.lineTo(upper.offset + at * upper.step, floor(at));
    context.closePath();
    start = -1;
  }
}

/** Sums of the lines that are shown, each on those before it. Where a line has no value it adds none. */
export function stackOf(
  values: readonly Float64Array[],
  lines: readonly number[],
): Map<number, Float64Array> {
  const stacks = new Map<number, Float64Array>();
  let below: Float64Array | undefined;
  for (const line of lines) {
    const own = values[line];
    if (own === undefined) continue;
    const sum = own.map((value, index) => {
      const under = below?.[index] ?? Number.NaN;
      return Number.isNaN(value) ? under : value + (Number.isNaN(under) ? 0 : under);
    });
    stacks.set(line, sum);
    below = sum;
  }
  return stacks;
}

/** Paints lines on a canvas of their own. */
export function paintLines(
  context: Canvas2d,
  values: readonly Float64Array[],
  { view, strokes }: Painting,
): void {
  context.clearRect(0, 0, view.width, view.height);
  context.lineJoin = 'bevel';
  const many = strokes.length > 60;
  context.lineWidth = (many ? 1 : 1.5) * view.scale;
  const stacks = view.stacked
    ? stackOf(
        values,
        strokes.map(({ line }) => line),
      )
    : undefined;
  let below: Points | null = null;
  for (const { line, colour } of strokes) {
    const own = stacks?.get(line) ?? values[line];
    if (own === undefined) continue;
    const points = pointsOf(own, view);
    context.strokeStyle = colour;
    if (stacks !== undefined) {
      context.globalAlpha = 0.22;
      context.fillStyle = colour;
      context.beginPath();
      fill(context, points, { lower: below, view });
      context.fill();
      below = points;
    }
    context.globalAlpha = 1;
    context.beginPath();
    trace(context, points, view);
    context.stroke();
  }
}
