import type { Overview } from '@custos/contract';
import { count, latency, percent, share } from '../../../ui/format.ts';
import { Figure, Figures } from '../../../ui/page.tsx';
import { Meter } from '../../../ui/meter.tsx';

const severityOrder = ['critical', 'high', 'medium', 'low', 'info'] as const;

/** The figures of the last 24 hours and of the host now. */
export function KeyFigures({ overview }: { overview: Overview }) {
  const { figures, host } = overview;
  const bySeverity = severityOrder
    .filter((severity) => (figures.bySeverity[severity] ?? 0) > 0)
    .map((severity) => `${figures.bySeverity[severity]} ${severity}`)
    .join(', ');
  const { delivered, failed, pending, p50LatencyMs } = figures.deliveries;
  return (
    <Figures>
      <Figure label="Uptime, 24 h" value={share(figures.uptimeDay)} note="all probes" />
      <Figure label="Response" value={latency(figures.averageLatencyMs)} note="average now" />
      <Figure label="Alerts, 24 h" value={figures.alertsDay} note={bySeverity === '' ? 'none' : bySeverity} />
      <Figure
        label="Notifications, 24 h"
        value={delivered}
        note={
          failed > 0
            ? `delivered, ${failed} failed`
            : pending > 0
              ? `delivered, ${count(pending, 'waits', 'wait')}`
              : p50LatencyMs === null
                ? 'delivered'
                : `delivered, in ${latency(p50LatencyMs)}`
        }
      />
      <Figure
        label="CPU"
        value={percent(host.cpuPercent)}
        note={<Meter label="CPU" percent={host.cpuPercent} />}
      />
      <Figure
        label="Memory"
        value={percent(host.memoryPercent)}
        note={<Meter label="Memory" percent={host.memoryPercent} />}
      />
      <Figure
        label="Disk"
        value={percent(host.diskPercent)}
        note={<Meter label="Disk" percent={host.diskPercent} warnAt={85} />}
      />
    </Figures>
  );
}
