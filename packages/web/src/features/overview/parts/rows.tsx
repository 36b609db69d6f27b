import { IconChevronRight } from '@tabler/icons-react';
import { memo, useMemo, type CSSProperties } from 'react';
import { HeartbeatBar } from '../../../charts/heartbeat-bar.tsx';
import { useGlow } from '../../../ui/glow.ts';
import { count, latency, share } from '../../../ui/format.ts';
import { TextLink } from '../../../ui/link.tsx';
import { StatusMark, StatusWord } from '../../../ui/status.tsx';
import { combinedBeats, type OverviewProbe, type OverviewService } from '../rows.ts';
import classes from './overview.module.css';

interface Place {
  place: CSSProperties;
  faded: boolean;
}

/** A service: its status, one bar for all its probes, and its uptime. */
export function ServiceRow({
  service,
  open,
  onToggle,
  faded,
  place,
}: Place & { service: OverviewService; open: boolean; onToggle: () => void }) {
  const beats = useMemo(() => combinedBeats(service), [service]);
  const status = faded ? 'unknown' : service.status;
  const glowing = useGlow(service.id ?? '');
  return (
    <div
      className={classes['service']}
      style={place}
      data-open={open || undefined}
      data-glow={glowing || undefined}
    >
      <button
        type="button"
        className={classes['fold']}
        onClick={onToggle}
        aria-expanded={open}
        aria-label={`${service.name}: ${open ? 'hide' : 'show'} ${count(service.probes.length, 'probe')}`}
      >
        <IconChevronRight size={14} data-open={open || undefined} />
      </button>
      <span className={classes['name']}>
        <StatusMark status={status} />
        {service.id === null ? (
          service.name
        ) : (
          <TextLink to="/services/$serviceId" params={{ serviceId: service.id }}>
            {service.name}
          </TextLink>
        )}
        {open ? null : <small>{service.probes.length}</small>}
      </span>
      <span className={classes['state']}>
        <StatusWord status={status} />
        <em>{service.statusReason}</em>
      </span>
      <span className={classes['beats']}>
        {open ? null : (
          <HeartbeatBar
            name={service.name}
            beats={beats}
            height={20}
            faded={faded}
            reason={service.statusReason}
          />
        )}
      </span>
      <span className={classes['figure']} />
      <span className={classes['figure']} title="Uptime over 24 hours">
        {share(service.uptime.day)}
      </span>
    </div>
  );
}

/** A probe: its bar, its latency and its uptime. Draws again only when its own data changed. */
export const ProbeRow = memo(
  function ProbeRow({ probe, faded, place }: Place & { probe: OverviewProbe }) {
    const glowing = useGlow(probe.id);
    const status = faded ? 'unknown' : probe.status;
    const calm = status === 'up';
    return (
      <div className={classes['probe']} style={place} data-glow={glowing || undefined}>
        <span className={classes['fold']} />
        <span className={classes['name']}>
          <StatusMark status={status} size={calm ? 9 : 11} />
          <TextLink to="/probes/$probeId" params={{ probeId: probe.id }}>
            {probe.name}
          </TextLink>
        </span>
        <span className={classes['state']}>
          <StatusWord status={status} quiet={calm} />
          <em title={probe.statusReason}>{calm ? '' : probe.statusReason}</em>
        </span>
        <span className={classes['beats']}>
          <HeartbeatBar
            name={probe.name}
            beats={probe.beats}
            height={20}
            faded={faded}
            reason={probe.statusReason}
          />
        </span>
        <span className={classes['figure']} title="Latest response time">
          {probe.latencyMs === null ? '' : latency(probe.latencyMs)}
        </span>
        <span className={classes['figure']} title="Uptime over 24 hours">
          {share(probe.uptimeDay)}
        </span>
      </div>
    );
  },
  (before, after) =>
    before.probe === after.probe &&
    before.faded === after.faded &&
    before.place.transform === after.place.transform &&
    before.place.height === after.place.height,
);
