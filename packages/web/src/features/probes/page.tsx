import type { ProbeView } from '@custos/contract';
import { Select } from '@mantine/core';
import { IconActivityHeartbeat } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { probeKindName, status as statusSchema } from '@custos/contract';
import { HeartbeatBar } from '../../charts/heartbeat-bar.tsx';
import { useIsCurrent } from '../../data/live-state.ts';
import { Paged } from '../../data/paged.tsx';
import { servicesQuery, useCan } from '../../data/queries.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { duration, latency, share } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { StatusBadge, statusWords } from '../../ui/status.tsx';
import { useProbePages } from './queries.ts';

const route = getRouteApi('/shell/probes');

/** Every probe, with search and filters in the address. */
export function ProbesPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const canEdit = useCan('probe.edit');
  const current = useIsCurrent();
  const services = new Map(useQuery(servicesQuery).data?.items.map((service) => [service.id, service.name]));
  const status = statusSchema.safeParse(search.status).data;
  const kind = probeKindName.safeParse(search.kind).data;
  const query = useProbePages({ search: search.search, status, kind });
  const filtered = search.search !== undefined || status !== undefined || kind !== undefined;
  const set = (change: Partial<typeof search>): void =>
    void navigate({ to: '/probes', search: { ...search, ...change }, replace: true });
  const add = canEdit ? (
    <LinkButton to="/probes/new" variant="filled">
      Add a probe
    </LinkButton>
  ) : undefined;

  const columns: Column<ProbeView>[] = [
    { title: 'Name', main: true, render: (probe) => probe.name },
    {
      title: 'Status',
      width: '130px',
      render: (probe) => <StatusBadge status={current ? probe.status : 'unknown'} />,
    },
    {
      title: 'Service',
      wide: true,
      render: (probe) => services.get(probe.serviceId ?? '') ?? <span className="faint">none</span>,
    },
    {
      title: 'Last checks',
      width: '260px',
      wide: true,
      render: (probe) => (
        <HeartbeatBar
          name={probe.name}
          beats={probe.beats}
          height={20}
          faded={!current}
          reason={probe.statusReason}
        />
      ),
    },
    {
      title: 'Response',
      align: 'right',
      width: '90px',
      render: (probe) => latency(probe.lastResult?.latencyMs),
    },
    { title: '24 h', align: 'right', width: '80px', wide: true, render: (probe) => share(probe.uptime.day) },
    {
      title: 'Kind',
      width: '90px',
      wide: true,
      render: (probe) => <span className="quiet">{probe.kind}</span>,
    },
    {
      title: 'Every',
      align: 'right',
      width: '70px',
      wide: true,
      render: (probe) => <span className="quiet">{duration(probe.intervalMs)}</span>,
    },
  ];

  return (
    <Page title="Probes" actions={add}>
      <FilterBar search={search.search} onSearch={(text) => set({ search: text })}>
        <Select
          size="xs"
          w={140}
          clearable
          aria-label="Status"
          placeholder="Any status"
          data={Object.entries(statusWords).map(([value, label]) => ({ value, label }))}
          value={status ?? null}
          onChange={(value) => set({ status: value ?? undefined })}
        />
        <Select
          size="xs"
          w={130}
          clearable
          aria-label="Kind"
          placeholder="Any kind"
          data={[...probeKindName.options]}
          value={kind ?? null}
          onChange={(value) => set({ kind: value ?? undefined })}
        />
      </FilterBar>
      <Paged
        query={query}
        empty={
          filtered ? (
            <Empty
              title="No probe fits"
              action={
                <LinkButton to="/probes" variant="default">
                  Show all probes
                </LinkButton>
              }
            >
              Nothing has this name, status and kind together.
            </Empty>
          ) : (
            <Empty title="No probes yet" icon={<IconActivityHeartbeat size={22} stroke={1.6} />} action={add}>
              A probe checks one thing every few seconds: a website, a port, a database, a scheduled job.
            </Empty>
          )
        }
      >
        {(probes) => (
          <List
            label="Probes"
            items={probes}
            columns={columns}
            onOpen={(probe) => void navigate({ to: '/probes/$probeId', params: { probeId: probe.id } })}
          />
        )}
      </Paged>
    </Page>
  );
}
