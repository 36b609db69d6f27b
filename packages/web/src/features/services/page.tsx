import type { ServiceView } from '@custos/contract';
import { IconServer2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { useIsCurrent } from '../../data/live-state.ts';
import { servicesQuery, useCan } from '../../data/queries.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { share } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { ErrorBudget } from './error-budget.tsx';

/** Every service: what it is now, how it keeps its promise. */
export function ServicesPage() {
  const query = useQuery(servicesQuery);
  const navigate = useNavigate();
  const canEdit = useCan('probe.edit');
  const current = useIsCurrent();
  const [search, setSearch] = useState('');
  const add = canEdit ? (
    <LinkButton to="/services/new" variant="filled">
      Add a service
    </LinkButton>
  ) : undefined;

  const columns: Column<ServiceView>[] = [
    { title: 'Name', main: true, render: (service) => service.name },
    {
      title: 'Status',
      width: '130px',
      render: (service) => <StatusBadge status={current ? service.status : 'unknown'} />,
    },
    { title: 'Why', wide: true, render: (service) => <span className="quiet">{service.statusReason}</span> },
    {
      title: 'Importance',
      width: '110px',
      render: (service) => <SeverityBadge severity={service.criticality} />,
    },
    {
      title: 'Probes',
      align: 'right',
      width: '70px',
      wide: true,
      render: (service) => service.probeIds.length,
    },
    { title: '24 h', align: 'right', width: '80px', render: (service) => share(service.uptime.day) },
    {
      title: '30 d',
      align: 'right',
      width: '80px',
      wide: true,
      render: (service) => share(service.uptime.month),
    },
    {
      title: 'Promise',
      align: 'right',
      width: '80px',
      wide: true,
      render: (service) => share(service.sloTarget),
    },
    {
      title: 'Error budget left',
      width: '150px',
      wide: true,
      render: (service) => <ErrorBudget left={service.errorBudgetLeft} />,
    },
  ];
  return (
    <Page title="Services" actions={add}>
      <FilterBar search={search} onSearch={(text) => setSearch(text ?? '')} />
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {({ items }) => {
          const fitting = items.filter((service) =>
            service.name.toLowerCase().includes(search.toLowerCase()),
          );
          if (items.length === 0) {
            return (
              <Empty title="No services yet" icon={<IconServer2 size={22} stroke={1.6} />} action={add}>
                A service groups the probes of one thing that people use. It has an importance, which decides
                how grave its alerts are, and may depend on others: when those are down, it is blocked and
                pages nobody.
              </Empty>
            );
          }
          if (fitting.length === 0)
            return <Empty title="No service has this name">Search for less to see more.</Empty>;
          return (
            <List
              label="Services"
              items={fitting}
              columns={columns}
              onOpen={(service) =>
                void navigate({ to: '/services/$serviceId', params: { serviceId: service.id } })
              }
            />
          );
        }}
      </Loaded>
    </Page>
  );
}
