import { useQuery } from '@tanstack/react-query';
import { HeartbeatBar } from '../../charts/heartbeat-bar.tsx';
import { useIsCurrent } from '../../data/live-state.ts';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { AlertStateWord } from '../../ui/alert-state.tsx';
import { latency, share } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './service.module.css';
import { serviceAlertsQuery, serviceProbesQuery } from './queries.ts';

const none = { padding: '16px 0' };

/** The probes of a service with their bars. */
export function ServiceProbes({ serviceId }: { serviceId: string }) {
  const query = useQuery(serviceProbesQuery(serviceId));
  const current = useIsCurrent();
  return (
    <Section title="Probes">
      <Loaded query={query} skeleton={<SkeletonRows rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint" style={none}>
              No probe belongs to it yet, so its status is unknown.
            </p>
          ) : (
            <ul>
              {items.map((probe) => (
                <li key={probe.id} className={classes['row']}>
                  <TextLink to="/probes/$probeId" params={{ probeId: probe.id }}>
                    {probe.name}
                  </TextLink>
                  <StatusBadge status={current ? probe.status : 'unknown'} />
                  <HeartbeatBar
                    name={probe.name}
                    beats={probe.beats}
                    height={20}
                    faded={!current}
                    reason={probe.statusReason}
                  />
                  <span>{latency(probe.lastResult?.latencyMs)}</span>
                  <span>{share(probe.uptime.day)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

/** Its latest alerts, open ones and past. */
export function ServiceAlerts({ serviceId }: { serviceId: string }) {
  const may = useCan('alert.read');
  const query = useQuery({ ...serviceAlertsQuery(serviceId), enabled: may });
  if (!may) return null;
  return (
    <Section title="Latest alerts">
      <Loaded query={query} skeleton={<SkeletonRows rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint" style={none}>
              There has been none.
            </p>
          ) : (
            <ul>
              {items.map((alert) => (
                <li key={alert.id} className={classes['alert']}>
                  <SeverityBadge severity={alert.severity} />
                  <TextLink to="/alerts/$alertId" params={{ alertId: alert.id }}>
                    {alert.summary}
                  </TextLink>
                  <AlertStateWord state={alert.state} by={alert.acknowledgedBy} />
                  <Ago at={alert.startedAt} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}
