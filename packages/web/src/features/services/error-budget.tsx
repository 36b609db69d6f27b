import classes from './error-budget.module.css';

/** How much of the error budget is left, as a line and a figure; overspent is said in words. */
export function ErrorBudget({ left }: { left: number | null }) {
  if (left === null) return <span className="faint">no data</span>;
  const percent = Math.round(left * 100);
  return (
    <span className={classes['budget']} data-low={left < 0.25 || undefined}>
      <span aria-hidden="true">
        <i style={{ width: `${Math.max(0, Math.min(100, percent))}%` }} />
      </span>
      {left < 0 ? 'overspent' : `${percent}%`}
    </span>
  );
}
