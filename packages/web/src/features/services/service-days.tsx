import type { ServiceView } from '@custos/contract';
import { useQueries } from '@tanstack/react-query';
import { DayStrip } from '../../charts/day-strip.tsx';
import { share } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { SkeletonBlock } from '../../ui/states.tsx';
import { worstOfDays } from './days.ts';
import { probeDaysQuery } from './queries.ts';
import classes from './service.module.css';

/** More probes than this are not asked for their days, so that a large service stays quick. */
const mostAsked = 24;

/** One tick for each of the last 90 days, from the days of its probes. */
export function ServiceDays({ service }: { service: ServiceView }) {
  const asked = service.probeIds.slice(0, mostAsked);
  const queries = useQueries({ queries: asked.map((id) => probeDaysQuery(id)) });
  if (asked.length === 0) return null;
  const answered = queries.flatMap(({ data }) => (data === undefined ? [] : [data.items]));
  const waiting = queries.some(({ isPending }) => isPending);
  const { quarter } = service.uptime;
  return (
    <Section title="Last 90 days" aside={quarter === null ? undefined : `${share(quarter)} up`}>
      <div className={classes['gap']} />
      {waiting ? (
        <SkeletonBlock height={48} />
      ) : answered.length === 0 ? (
        <p className="faint">The history is not available right now.</p>
      ) : (
        <DayStrip name={service.name} days={worstOfDays(answered)} />
      )}
      {asked.length < service.probeIds.length ? (
        <p className="faint">
          From the first {asked.length} of its {service.probeIds.length} probes.
        </p>
      ) : null}
    </Section>
  );
}
