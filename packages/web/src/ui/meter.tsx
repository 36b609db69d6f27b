import classes from './meter.module.css';

/** A share of 100 as a thin line; turns amber beyond `warnAt`. Draws nothing where nothing was measured. */
export function Meter({
  label,
  percent,
  warnAt = 90,
}: {
  label: string;
  percent: number | null;
  warnAt?: number;
}) {
  if (percent === null) return <span>not measured</span>;
  const width = Math.max(0, Math.min(100, percent));
  return (
    <span
      className={classes['meter']}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
      data-high={percent >= warnAt || undefined}
    >
      <span style={{ width: `${width}%` }} />
    </span>
  );
}
