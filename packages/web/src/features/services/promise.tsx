import type { ServiceView } from '@custos/contract';
import { duration, share } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import classes from './promise.module.css';

const dayMs = 86_400_000;

function words(left: number, allowedMs: number): string {
  if (left < 0) return `Overspent by ${duration(-left * allowedMs)}: the promise is broken for now.`;
  return `${duration(left * allowedMs)} of ${duration(allowedMs)} left.`;
}

/** What was promised, and how much of the time that may be lost is left, in time and as a line. */
export function KeptPromise({ service }: { service: ServiceView }) {
  const { sloTarget, sloWindowDays, errorBudgetLeft: left } = service;
  const allowedMs = Math.round((1 - sloTarget) * sloWindowDays * dayMs);
  const percent = left === null ? 0 : Math.max(0, Math.min(100, left * 100));
  const state = left === null ? 'none' : left < 0 ? 'spent' : left < 0.25 ? 'low' : 'good';
  return (
    <Section title="Promise" aside={`${share(sloTarget)} up over ${sloWindowDays} days`}>
      <div className={classes['promise']} data-state={state}>
        <p>
          <strong>{left === null ? 'No data yet' : left < 0 ? '0%' : `${Math.floor(left * 100)}%`}</strong>
          {left === null ? null : ' of the error budget is left'}
        </p>
        <span
          className={classes['line']}
          role="meter"
          aria-label="Error budget left"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(percent)}
        >
          <i style={{ width: `${percent}%` }} />
        </span>
        <p className="quiet">
          {left === null
            ? `It may be down for ${duration(allowedMs)} in ${sloWindowDays} days.`
            : words(left, allowedMs)}
        </p>
      </div>
    </Section>
  );
}
