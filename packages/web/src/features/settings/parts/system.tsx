import type { SystemStatus } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../../data/loaded.tsx';
import { bytes, count, duration, latency } from '../../../ui/format.ts';
import { Facts, Figure, Figures, Section } from '../../../ui/page.tsx';
import { SkeletonRows } from '../../../ui/states.tsx';
import { StatusBadge } from '../../../ui/status.tsx';
import { Ago } from '../../../ui/time.tsx';
import { systemQuery } from '../queries.ts';

const columnKinds = { embedded: 'in a process of its own', server: 'on a server', disabled: 'off' } as const;

function Parts({ system }: { system: SystemStatus }) {
  const { state, columns, process, jobs, outbox } = system;
  const columnsUp = columns.state === 'up' || columns.state === 'ready' || columns.state === 'ok';
  return (
    <>
      <Figures>
        <Figure label="Memory" value={bytes(process.memoryBytes)} note={`heap ${bytes(process.heapBytes)}`} />
        <Figure label="Event loop" value={latency(process.eventLoopDelayMs)} note="delay" />
        <Figure label="Running for" value={duration(process.uptimeMs)} />
        <Figure
          label="Outbox"
          value={outbox.pending}
          note={outbox.oldestAgeMs === null ? 'empty' : `oldest ${duration(outbox.oldestAgeMs)}`}
        />
        <Figure
          label="Jobs"
          value={jobs.pending}
          note={`waiting, ${jobs.running} running, ${jobs.dead} gave up`}
        />
      </Figures>
      <Section title="State">
        <Facts
          facts={[
            ['Now', <StatusBadge key="state" status={state.ok ? 'up' : 'down'} />],
            ['Kept in', state.dialect === 'sqlite' ? 'SQLite, on this machine' : 'PostgreSQL'],
            ...(state.error === null ? [] : [['Error', state.error] as const]),
          ]}
        />
      </Section>
      <Section title="Columns">
        <Facts
          facts={[
            [
              'Now',
              <StatusBadge
                key="columns"
                status={columnsUp ? 'up' : columns.kind === 'disabled' ? 'paused' : 'degraded'}
              />,
            ],
            ['Runs', `${columnKinds[columns.kind]}, ${columns.state}`],
            ['Restarts', count(columns.restarts, 'restart')],
            ['Memory', bytes(columns.memoryBytes)],
            ['Waiting on disk', bytes(columns.spooledBytes)],
            ...(columns.lastError === null ? [] : [['Last error', columns.lastError] as const]),
          ]}
        />
      </Section>
      <Section title="Versions">
        <Facts
          facts={[
            ['Custos', system.version],
            ['Node', system.node],
            ['Started', <Ago key="started" at={system.startedAt} />],
          ]}
        />
      </Section>
    </>
  );
}

/** The state of Custos itself. */
export function System() {
  const query = useQuery(systemQuery);
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={6} />}>
      {(system) => <Parts system={system} />}
    </Loaded>
  );
}
