import type { ProbeView, ResultStatus, Status } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../../data/loaded.tsx';
import { duration, latency } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import { SkeletonRows } from '../../../ui/states.tsx';
import { StatusBadge } from '../../../ui/status.tsx';
import { Ago } from '../../../ui/time.tsx';
import { changesQuery, resultsQuery } from '../queries.ts';
import classes from './detail.module.css';

/** Changes of status, newest first, with how long each lasted. */
export function Incidents({ probe }: { probe: ProbeView }) {
  const query = useQuery(changesQuery(probe.id));
  return (
    <Section title="Changes of status">
      <Loaded query={query} skeleton={<SkeletonRows rows={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint" style={{ padding: '16px 0' }}>
              It has not changed since it was made.
            </p>
          ) : (
            <ul>
              {items.slice(0, 12).map((change) => (
                <li key={change.id} className={classes['event']}>
                  <StatusBadge status={change.to} />
                  <p>
                    {change.reason === '' ? <span className="faint">from {change.from}</span> : change.reason}
                  </p>
                  <span className={classes['when']}>
                    <Ago at={change.at} />
                    {change.durationMs === null ? ', lasting' : `, for ${duration(change.durationMs)}`}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function statusOf(result: ResultStatus): Status {
  return result === 'inconclusive' ? 'unknown' : result;
}

/** The newest raw results. */
export function RecentResults({ probe }: { probe: ProbeView }) {
  const query = useQuery(resultsQuery(probe.id));
  return (
    <Section title="Latest checks">
      <Loaded query={query} skeleton={<SkeletonRows rows={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint" style={{ padding: '16px 0' }}>
              No check has run yet.
            </p>
          ) : (
            <ul>
              {items.slice(0, 12).map((result) => (
                <li key={result.at} className={classes['event']}>
                  <StatusBadge status={statusOf(result.status)} />
                  <p>{result.message}</p>
                  <span className={classes['when']}>
                    {result.latencyMs === null ? '' : `${latency(result.latencyMs)} · `}
                    <Ago at={result.at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}
