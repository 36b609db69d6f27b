import type { ReactNode } from 'react';
import { stepInstant, TimeBars, type TimeBar } from './time-bars.tsx';
import classes from './time-histogram.module.css';

/** Bars of counts over time, with what they say in words above and the ends of the time below. */
export function TimeHistogram({
  bars,
  stepMs,
  noun,
  end,
  old,
  onTake,
  children,
}: {
  bars: readonly TimeBar[];
  stepMs: number;
  /** What is counted, such as `event`. */
  noun: string;
  /** Where the time that was asked for ends, which may be within the last bar. */
  end: number;
  /** What is shown is of the question before. */
  old: boolean;
  onTake: (from: number, to: number) => void;
  children: ReactNode;
}) {
  const isEmpty = bars.every((bar) => bar.count === 0);
  return (
    <div className={classes['histogram']}>
      <div className={classes['head']}>
        <span role="status">{children}</span>
        {isEmpty ? null : (
          <span className={classes['hint']}>Click a bar, or drag over several, to see only that time</span>
        )}
      </div>
      <TimeBars bars={bars} stepMs={stepMs} noun={noun} old={old} onTake={onTake} />
      <div className={classes['ends']} aria-hidden="true">
        <span>{stepInstant(bars[0]?.at ?? end, stepMs)}</span>
        <span>{stepInstant(end, stepMs)}</span>
      </div>
    </div>
  );
}
