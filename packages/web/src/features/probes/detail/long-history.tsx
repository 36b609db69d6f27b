import type { ProbeView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { DayStrip } from '../../../charts/day-strip.tsx';
import { Loaded } from '../../../data/loaded.tsx';
import { share } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import { SkeletonBlock } from '../../../ui/states.tsx';
import { daysQuery } from '../queries.ts';
import classes from './detail.module.css';

/** One tick for each of the last 90 days. */
export function LongHistory({ probe }: { probe: ProbeView }) {
  const query = useQuery(daysQuery(probe.id));
  return (
    <Section
      title="Last 90 days"
      aside={probe.uptime.quarter === null ? undefined : `${share(probe.uptime.quarter)} up`}
    >
      <div className={classes['gap']} />
      <Loaded query={query} skeleton={<SkeletonBlock height={48} />}>
        {(days) => <DayStrip name={probe.name} days={days.items} />}
      </Loaded>
    </Section>
  );
}
