import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { overviewQuery, useCan } from '../../data/queries.ts';
import { LinkButton } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, PartialNote, SkeletonBlock, SkeletonRows } from '../../ui/states.tsx';
import { IconActivityHeartbeat } from '@tabler/icons-react';
import classes from './parts/overview.module.css';
import { Headline } from './parts/headline.tsx';
import { KeyFigures } from './parts/key-figures.tsx';
import { OpenAlerts } from './parts/open-alerts.tsx';
import { ServiceList } from './parts/service-list.tsx';

function Skeleton() {
  return (
    <>
      <SkeletonBlock height={58} />
      <div style={{ height: 20 }} />
      <SkeletonBlock height={76} />
      <div style={{ height: 28 }} />
      <SkeletonRows rows={10} />
    </>
  );
}

/** The page for a glance: one sentence, who has to act, the figures, and every service. */
export function OverviewPage() {
  const query = useQuery(overviewQuery);
  const canEdit = useCan('probe.edit');
  return (
    <Page title="Overview" hidden>
      <Loaded query={query} skeleton={<Skeleton />}>
        {(overview) => {
          const watched = overview.services.some((service) => service.probes.length > 0);
          if (!watched) {
            return (
              <Empty
                title="Nothing is watched yet"
                icon={<IconActivityHeartbeat size={22} stroke={1.6} />}
                action={
                  canEdit ? (
                    <LinkButton to="/probes/new" variant="filled">
                      Add the first probe
                    </LinkButton>
                  ) : undefined
                }
              >
                A probe checks a website, a port, a database or a scheduled job every few seconds. When it
                fails, the right people are told, and this page shows it at once.
              </Empty>
            );
          }
          return (
            <div className={classes['flow']}>
              <Headline overview={overview} />
              {overview.degraded.map(({ part, reason }) => (
                <PartialNote key={part} part={part} reason={reason} />
              ))}
              <KeyFigures overview={overview} />
              <OpenAlerts alerts={overview.openAlerts} />
              <ServiceList services={overview.services} />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}
