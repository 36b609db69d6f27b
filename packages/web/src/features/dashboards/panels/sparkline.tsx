import { columnsOf } from '../../../charts/lines/columns.ts';

const widthPx = 120;

/** The course of a figure, without a scale. Broken where there are gaps. */
export function Sparkline({ values, height }: { values: Float64Array; height: number }) {
  const points =
    values.length > widthPx
      ? columnsOf(values, { from: 0, to: values.length, columns: widthPx / 2 })
      : values;
  const finite = points.filter((value) => Number.isFinite(value));
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const room = high > low ? high - low : 1;
  let path = '';
  let open = false;
  points.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      open = false;
      return;
    }
    const x = (index / Math.max(1, points.length - 1)) * widthPx;
    const y = height - 2 - ((value - low) / room) * (height - 4);
    path += `${open ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = true;
  });
  return (
    <svg
      viewBox={`0 0 ${widthPx} ${height}`}
      height={height}
      width="100%"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
