import type { LogFilter } from '@custos/client';
import type { LogHistogramView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { TimeHistogram } from '../../charts/time-histogram.tsx';
import { explain, fieldErrors, isForbidden } from '../../data/problem.ts';
import { count, duration } from '../../ui/format.ts';
import { PartialNote, SkeletonBlock } from '../../ui/states.tsx';
import classes from './logs.module.css';
import { histogramQuery } from './queries.ts';
import { severityColours, severityNames } from './severity.ts';

function barsOf({ buckets }: LogHistogramView) {
  return buckets.map(({ at, counts }) => ({
    at,
    count: Object.values(counts).reduce((sum, each) => sum + each, 0),
    parts: severityNames.map((name) => ({ name, count: counts[name] ?? 0, colour: severityColours[name] })),
  }));
}

/** How many records fit, over time, by severity. */
export function Histogram({
  filter,
  asOf,
  onTake,
}: {
  filter: LogFilter;
  asOf: number;
  onTake: (from: number, to: number) => void;
}) {
  const { data, error, isPlaceholderData } = useQuery(histogramQuery(filter, asOf));
  // What is wrong with the search stands beneath it, and the list says whom to ask.
  if (error !== null && (isForbidden(error) || 'query' in fieldErrors(error))) return null;
  if (error !== null)
    return <PartialNote part="Records over time" reason={`cannot be shown. ${explain(error).detail}`} />;
  if (data === undefined) return <SkeletonBlock height={112} />;
  const bars = barsOf(data);
  const seen = severityNames.filter((name) => data.buckets.some(({ counts }) => (counts[name] ?? 0) > 0));
  return (
    <TimeHistogram
      bars={bars}
      stepMs={data.bucketMs}
      noun="record"
      end={filter.to ?? asOf}
      old={isPlaceholderData}
      onTake={onTake}
    >
      <strong>{count(data.total, 'record')}</strong>
      {data.total === 0 ? '' : `, a bar is ${duration(data.bucketMs)}`}
      {seen.map((name) => (
        <span key={name} className={classes['key']}>
          <i style={{ background: severityColours[name] }} aria-hidden="true" />
          {name}
        </span>
      ))}
    </TimeHistogram>
  );
}
