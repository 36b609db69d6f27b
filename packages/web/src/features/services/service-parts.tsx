import type { AlertView, ProbeView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { HeartbeatBar } from '../../charts/heartbeat-bar.tsx';
import { useIsCurrent } from '../../data/live-state.ts';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { AlertStateWord } from '../../ui/alert-state.tsx';
import { useGlow } from '../../ui/glow.ts';
import { latency, share } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { Ago, Since } from '../../ui/time.tsx';
import classes from './service.module.css';
import { serviceAlertsQuery, serviceProbesQuery } from './queries.ts';

const none = { padding: '16px 0' };

function ProbeRow({ probe }: { probe: ProbeView }) {
  const current = useIsCurrent();
  const glowing = useGlow(probe.id);
  const speed = probe.lastResult?.latencyMs ?? null;
  return (
    <li className={classes['row']} data-glow={glowing || undefined}>
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
      <span title="Latest response time">{speed === null ? '' : latency(speed)}</span>
      <span title="Uptime over 24 hours">{share(probe.uptime.day)}</span>
    </li>
  );
}

/** The probes of a service with their bars. */
export function ServiceProbes({ serviceId }: { serviceId: string }) {
  const query = useQuery(serviceProbesQuery(serviceId));
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
                <ProbeRow key={probe.id} probe={probe} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function AlertRow({ alert }: { alert: AlertView }) {
  const glowing = useGlow(alert.id);
  return (
    <li className={classes['alert']} data-glow={glowing || undefined}>
      <SeverityBadge severity={alert.severity} />
      <TextLink to="/alerts/$alertId" params={{ alertId: alert.id }}>
        {alert.summary}
      </TextLink>
      <AlertStateWord state={alert.state} by={alert.acknowledgedBy} />
      {alert.resolvedAt === null ? (
        <span className="quiet">
          <Since at={alert.startedAt} />
        </span>
      ) : (
        <Ago at={alert.startedAt} />
      )}
    </li>
  );
}

function useAlerts(serviceId: string) {
  const may = useCan('alert.read');
  return { may, query: useQuery({ ...serviceAlertsQuery(serviceId), enabled: may }) };
}

/** What is open about it now; nothing at all when nothing is. */
export function OpenAlerts({ serviceId }: { serviceId: string }) {
  const open = useAlerts(serviceId).query.data?.items.filter(({ state }) => state !== 'resolved') ?? [];
  if (open.length === 0) return null;
  return (
    <Section title="Open alerts">
      <ul>
        {open.map((alert) => (
          <AlertRow key={alert.id} alert={alert} />
        ))}
      </ul>
    </Section>
  );
}

/** Its latest alerts that are over. */
export function PastAlerts({ serviceId }: { serviceId: string }) {
  const { may, query } = useAlerts(serviceId);
  if (!may) return null;
  return (
    <Section title="Past alerts">
      <Loaded query={query} skeleton={<SkeletonRows rows={3} />}>
        {({ items }) => {
          const past = items.filter(({ state }) => state === 'resolved');
          return past.length === 0 ? (
            <p className="faint" style={none}>
              There has been none.
            </p>
          ) : (
            <ul>
              {past.map((alert) => (
                <AlertRow key={alert.id} alert={alert} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Section>
  );
}
