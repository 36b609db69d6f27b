import type { AuditFilter } from '@custos/client';
import { useQuery } from '@tanstack/react-query';
import { TimeHistogram } from '../../charts/time-histogram.tsx';
import { explain, isForbidden } from '../../data/problem.ts';
import { count, duration } from '../../ui/format.ts';
import { PartialNote, SkeletonBlock } from '../../ui/states.tsx';
import { histogramQuery } from './queries.ts';
import { countsOf, stepsOf } from './steps.ts';

/** A search through all time is drawn over the last year. */
const longestMs = 365 * 86_400_000;

/** How many events fit, over time. */
export function Histogram({
  filter,
  asOf,
  onTake,
}: {
  filter: AuditFilter;
  asOf: number;
  onTake: (from: number, to: number) => void;
}) {
  const to = filter.to ?? asOf;
  const steps = stepsOf(filter.from ?? to - longestMs, to);
  const { data, error, isPlaceholderData } = useQuery(histogramQuery(filter, steps));
  if (data === undefined) {
    if (error === null) return <SkeletonBlock height={112} />;
    // The list says whom to ask.
    if (isForbidden(error)) return null;
    return <PartialNote part="Events over time" reason={`cannot be shown. ${explain(error).detail}`} />;
  }
  const bars = countsOf(steps, data.steps);
  const sum = bars.reduce((total, bar) => total + bar.count, 0);
  const highest = Math.max(...bars.map((bar) => bar.count));
  return (
    <TimeHistogram
      bars={bars}
      stepMs={steps.stepMs}
      noun="event"
      end={Math.min(steps.to, to)}
      old={isPlaceholderData}
      onTake={onTake}
    >
      <strong>{count(sum, 'event')}</strong>
      {filter.from === undefined ? ' in the last year' : ''}
      {sum === 0 ? '' : `, at most ${highest.toLocaleString('en')} in ${duration(steps.stepMs)}`}
    </TimeHistogram>
  );
}
