import type { AlertView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Paged } from '../../data/paged.tsx';
import { useCan } from '../../data/queries.ts';
import { AlertStateWord } from '../../ui/alert-state.tsx';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import { count, duration } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { Empty } from '../../ui/states.tsx';
import { Ago, Since } from '../../ui/time.tsx';
import { alertQuery, useAcknowledge, useAlertPages, type AlertShow } from './queries.ts';

const route = getRouteApi('/shell/alerts');

const shows = [
  ['open', 'Open'],
  ['firing', 'Firing'],
  ['acknowledged', 'Acknowledged'],
  ['resolved', 'Resolved'],
  ['all', 'All'],
] as const satisfies readonly (readonly [AlertShow, string])[];

const deliveryWords = { pending: 'Sending', delivered: 'Delivered', failed: 'Not delivered' } as const;

const columns: Column<AlertView>[] = [
  { title: 'Severity', width: '110px', render: (alert) => <SeverityBadge severity={alert.severity} /> },
  {
    title: 'Alert',
    main: true,
    render: (alert) => (
      <>
        {alert.summary}
        {alert.flapping ? <span className="faint"> flapping</span> : null}
      </>
    ),
  },
  {
    title: 'State',
    width: '210px',
    render: (alert) => <AlertStateWord state={alert.state} by={alert.acknowledgedBy} />,
  },
  {
    title: 'Rule',
    wide: true,
    width: '190px',
    render: (alert) => <span className="quiet">{alert.ruleName}</span>,
  },
  {
    title: 'Told',
    wide: true,
    width: '120px',
    render: (alert) => (
      <span className="quiet">{alert.delivery === null ? 'nobody' : deliveryWords[alert.delivery]}</span>
    ),
  },
  { title: 'Began', align: 'right', width: '110px', render: (alert) => <Ago at={alert.startedAt} /> },
  {
    title: 'Lasted',
    align: 'right',
    width: '120px',
    wide: true,
    render: (alert) =>
      alert.resolvedAt === null ? (
        <Since at={alert.startedAt} />
      ) : (
        duration(alert.resolvedAt - alert.startedAt)
      ),
  },
];

/** Opens the list of closed alerts behind the panel of one, when its address says nothing of a list. */
function useListOf(alertId: string | undefined): void {
  const search = route.useSearch();
  const navigate = useNavigate();
  const state = useQuery({ ...alertQuery(alertId ?? ''), enabled: alertId !== undefined }).data?.state;
  // Once for each panel: an alert that closes while it is read must not change the list behind it.
  const settled = useRef<string>(undefined);
  useEffect(() => {
    if (alertId === undefined || state === undefined || settled.current === alertId) return;
    settled.current = alertId;
    if (state !== 'resolved' || search.show !== undefined) return;
    void navigate({
      to: '/alerts/$alertId',
      params: { alertId },
      search: { ...search, show: 'resolved' },
      replace: true,
      resetScroll: false,
    });
  }, [alertId, state, search, navigate]);
}

/** Every alert; a panel with its own address opens beside the list. */
export function AlertsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { alertId } = useParams({ strict: false });
  useListOf(alertId);
  const canAcknowledge = useCan('alert.acknowledge');
  const acknowledge = useAcknowledge();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const show = shows.find(([name]) => name === search.show)?.[0] ?? 'open';
  const query = useAlertPages(show, search.search);

  function toggle(id: string): void {
    setSelected((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  return (
    <Page title="Alerts">
      <FilterBar
        search={search.search}
        placeholder="Search alerts"
        onSearch={(text) =>
          void navigate({ to: '/alerts', search: { ...search, search: text }, replace: true })
        }
      >
        <Choices
          label="State"
          value={show}
          options={shows}
          onChange={(next) =>
            void navigate({ to: '/alerts', search: { ...search, show: next === 'open' ? undefined : next } })
          }
        />
        {selected.size > 0 && canAcknowledge ? (
          <Button
            size="xs"
            loading={acknowledge.isPending}
            onClick={() =>
              acknowledge.mutate(
                { ids: [...selected], note: '' },
                { onSettled: () => setSelected(new Set()) },
              )
            }
          >
            Acknowledge {count(selected.size, 'alert')}
          </Button>
        ) : null}
      </FilterBar>
      <Paged
        query={query}
        empty={
          <Empty
            title={
              search.search !== undefined
                ? 'No alert fits'
                : show === 'open'
                  ? 'No open alerts'
                  : 'No alerts here'
            }
            icon={<IconBell size={22} stroke={1.6} />}
          >
            {show === 'open' && search.search === undefined
              ? 'Nothing needs anyone right now. What was closed is under Resolved.'
              : 'Choose All, or search for less, to see more.'}
          </Empty>
        }
      >
        {(alerts) => (
          <List
            label="Alerts"
            items={alerts}
            columns={columns}
            openId={alertId}
            onOpen={(alert) =>
              void navigate({
                to: '/alerts/$alertId',
                params: { alertId: alert.id },
                search,
                resetScroll: false,
              })
            }
            {...(canAcknowledge ? { selection: { ids: selected, toggle } } : {})}
          />
        )}
      </Paged>
      <Outlet />
    </Page>
  );
}
