import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { explain } from '../../data/problem.ts';
import { useNow } from '../../ui/clock.ts';
import { count, duration } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { busiest } from './busiest.ts';
import classes from './log-rules.module.css';
import { lastHourQuery } from './queries.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How often the search matched in the last hour, so that a threshold can be chosen. */
export function Matches({ query, windowMs, by }: { query: string; windowMs: number; by: readonly string[] }) {
  const [settled] = useDebouncedValue(query, 500);
  const found = useQuery(lastHourQuery(settled, useNow(minuteMs)));
  if (found.error !== null)
    return (
      <p className={classes['fault']} role="status">
        {explain(found.error).detail}
      </p>
    );
  if (found.data === undefined)
    return (
      <p className="faint" role="status">
        Counting…
      </p>
    );
  const { total, buckets, bucketMs } = found.data;
  const counts = buckets.map(({ counts: each }) =>
    Object.values(each).reduce((sum, part) => sum + (part ?? 0), 0),
  );
  const fitting = by.length === 0 && windowMs >= bucketMs && windowMs <= hourMs;
  return (
    <p className={classes['matches']} role="status">
      {count(total, 'record')} matched in the last hour
      {fitting && total > 0
        ? `, at most ${busiest(counts, bucketMs, windowMs).toLocaleString('en')} within ${duration(windowMs)}`
        : ''}
      .{' '}
      <TextLink to="/logs" search={{ query: settled === '' ? undefined : settled }}>
        Look at them
      </TextLink>
    </p>
  );
}
