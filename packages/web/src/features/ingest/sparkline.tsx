import classes from './ingest.module.css';

const width = 96;
const height = 22;

/** How a rate went, oldest first; a flat line when nothing came. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(...values, 0);
  const step = width / Math.max(1, values.length - 1);
  const points = values
    .map((value, index) => {
      const y = most === 0 ? height - 1 : height - 1 - (value / most) * (height - 2);
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
  return (
    <svg className={classes['spark']} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polyline points={points} />
    </svg>
  );
}
