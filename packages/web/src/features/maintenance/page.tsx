import type { MaintenanceView } from '@custos/contract';
import { IconCalendarTime } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { count, duration } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { OriginWord } from '../../ui/origin.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { windowsQuery } from './queries.ts';

const route = getRouteApi('/shell/maintenance');

function timing({ schedule }: MaintenanceView): string {
  if (schedule.type === 'once') return `once, for ${duration(schedule.endsAt - schedule.startsAt)}`;
  return `${schedule.cron} in ${schedule.timeZone}, for ${duration(schedule.durationMs)}`;
}

function scope(window: MaintenanceView): string {
  if (window.everything) return 'everything';
  const parts = [
    ...(window.serviceIds.length > 0 ? [count(window.serviceIds.length, 'service')] : []),
    ...(window.probeIds.length > 0 ? [count(window.probeIds.length, 'probe')] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

const columns: Column<MaintenanceView>[] = [
  { title: 'Window', main: true, render: (window) => window.title },
  {
    title: 'Now',
    width: '150px',
    render: (window) =>
      window.active ? (
        <StatusBadge status="maintenance" />
      ) : (
        <span className="quiet">{window.nextStartsAt === null ? 'over' : 'planned'}</span>
      ),
  },
  { title: 'For', width: '160px', render: (window) => <span className="quiet">{scope(window)}</span> },
  { title: 'When', wide: true, render: (window) => <span className="quiet">{timing(window)}</span> },
  {
    title: 'Begins',
    width: '110px',
    align: 'right',
    render: (window) => <Ago at={window.nextStartsAt} />,
  },
  {
    title: 'Ends',
    width: '110px',
    align: 'right',
    wide: true,
    render: (window) => <Ago at={window.nextEndsAt} />,
  },
  { title: 'Kept in', width: '130px', wide: true, render: (window) => <OriginWord origin={window.origin} /> },
];

/** Planned work: what is in a window is not paged for. */
export function MaintenancePage() {
  const query = useQuery(windowsQuery);
  const navigate = useNavigate();
  const search = route.useSearch();
  const { windowId } = useParams({ strict: false });
  const canEdit = useCan('maintenance.edit');
  const add = canEdit ? (
    <LinkButton to="/maintenance/$windowId" params={{ windowId: 'new' }} variant="filled" resetScroll={false}>
      Plan a window
    </LinkButton>
  ) : undefined;
  return (
    <Page
      title="Maintenance"
      lead="Planned work pages nobody and does not count against uptime."
      actions={add}
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title="No windows are planned"
              icon={<IconCalendarTime size={22} stroke={1.6} />}
              action={add}
            >
              During a window its probes are still checked, are shown as in maintenance, and page nobody.
            </Empty>
          ) : (
            <List
              label="Maintenance windows"
              items={items}
              columns={columns}
              openId={windowId}
              onOpen={(window) =>
                void navigate({
                  to: '/maintenance/$windowId',
                  params: { windowId: window.id },
                  search,
                  resetScroll: false,
                })
              }
            />
          )
        }
      </Loaded>
      <Outlet />
    </Page>
  );
}
