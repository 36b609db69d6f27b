import type { ProbeView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { servicesQuery } from '../../../data/queries.ts';
import { duration, latency, measured, share } from '../../../ui/format.ts';
import { TextLink } from '../../../ui/link.tsx';
import { Facts, Figure, Figures, Section } from '../../../ui/page.tsx';
import { ShortId } from '../../../ui/short-id.tsx';
import { statusWords } from '../../../ui/status.tsx';
import { Ago, Since } from '../../../ui/time.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import classes from './detail.module.css';
import { hasLatency, mainFigures } from './values.ts';

/** What it is now, since when, and why. */
export function StatusLine({ probe, current }: { probe: ProbeView; current: boolean }) {
  return (
    <span className={classes['line']}>
      <span>
        {current ? statusWords[probe.status] : `Last known: ${statusWords[probe.status]}`}
        {probe.statusSince === null ? '' : ' for '}
        <Since at={probe.statusSince} />
      </span>
      {probe.statusReason === '' ? null : <span>{probe.statusReason}</span>}
      <span className="faint">
        checked <Ago at={probe.lastResult?.at ?? null} empty="never" />
      </span>
    </span>
  );
}

/** What the probe is judged by now: its response time, or the main values of a kind that has none. */
function NowFigures({ probe }: { probe: ProbeView }) {
  const { kind, lastResult, latencyBudgetMs } = probe;
  if (hasLatency(kind)) {
    return (
      <Figure
        label="Response"
        value={latency(lastResult?.latencyMs)}
        note={latencyBudgetMs === null ? 'latest' : `budget ${latency(latencyBudgetMs)}`}
      />
    );
  }
  if (kind === 'heartbeat') {
    const since = lastResult?.values['since_finish_ms'];
    const ran = lastResult?.values['run_duration_ms'];
    const lastRun = lastResult === null || since === undefined ? null : lastResult.at - since;
    return (
      <Figure
        label="Last run"
        value={<Ago at={lastRun} empty="never" />}
        note={ran === undefined ? undefined : `took ${duration(ran)}`}
      />
    );
  }
  return (
    <>
      {mainFigures(kind).map(([value, title]) => (
        <Figure key={value} label={title} value={measured(value, lastResult?.values[value])} />
      ))}
    </>
  );
}

export function KeyFigures({ probe }: { probe: ProbeView }) {
  const { day, week, month, quarter } = probe.uptime;
  return (
    <Figures>
      <NowFigures probe={probe} />
      <Figure label="Uptime, 24 h" value={share(day)} />
      <Figure label="7 days" value={share(week)} />
      <Figure label="30 days" value={share(month)} />
      <Figure label="90 days" value={share(quarter)} />
    </Figures>
  );
}

const origins = {
  configuration: 'Configuration file, read-only here',
  dashboard: 'Dashboard',
  'built-in': 'Built in',
} as const;

/** What the probe is, as facts. */
export function About({ probe }: { probe: ProbeView }) {
  const service = useQuery(servicesQuery).data?.items.find(({ id }) => id === probe.serviceId);
  const target = probe.options['url'] ?? probe.options['host'] ?? probe.options['name'];
  return (
    <Section title="About">
      <Facts
        facts={[
          ['Kind', probe.kind],
          ...(typeof target === 'string'
            ? [
                [
                  'Target',
                  <span key="target" className="mono">
                    {target}
                  </span>,
                ] as const,
              ]
            : []),
          ...(probe.pingUrl === null
            ? []
            : [['Address to call', <CopyText key="ping" text={probe.pingUrl} />] as const]),
          [
            'Service',
            service === undefined ? (
              'none'
            ) : (
              <TextLink key="service" to="/services/$serviceId" params={{ serviceId: service.id }}>
                {service.name}
              </TextLink>
            ),
          ],
          [
            'Checked',
            `every ${duration(probe.intervalMs)}, waits ${duration(probe.timeoutMs)} for an answer`,
          ],
          ['Down after', `${probe.failureCount} of ${probe.failureWindow} checks failed`],
          [
            'Labels',
            Object.entries(probe.labels)
              .map(([name, value]) => `${name}=${value}`)
              .join(', ') || 'none',
          ],
          ['Kept in', origins[probe.origin]],
          ['Changed', <Ago key="changed" at={probe.updatedAt} />],
          ['Id', <ShortId key="id" id={probe.id} />],
        ]}
      />
    </Section>
  );
}
