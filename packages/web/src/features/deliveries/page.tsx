import { deliveryState, type DeliveryView } from '@custos/contract';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Paged } from '../../data/paged.tsx';
import { DeliveryStateWord } from '../../ui/delivery-state.tsx';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import { latency } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Figure, Figures, Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { countsQuery, useDeliveryPages } from './queries.ts';

const route = getRouteApi('/shell/deliveries');

const columns: Column<DeliveryView>[] = [
  { title: 'Notification', main: true, render: (delivery) => delivery.title },
  { title: 'State', width: '120px', render: (delivery) => <DeliveryStateWord state={delivery.state} /> },
  {
    title: 'About',
    width: '90px',
    wide: true,
    render: (delivery) => <span className="quiet">{delivery.event}</span>,
  },
  {
    title: 'Channel',
    width: '200px',
    render: (delivery) => (
      <>
        {delivery.channelName} <span className="faint">{delivery.channelKind}</span>
      </>
    ),
  },
  { title: 'Attempts', align: 'right', width: '80px', wide: true, render: (delivery) => delivery.attempts },
  { title: 'Took', align: 'right', width: '80px', render: (delivery) => latency(delivery.latencyMs) },
  { title: 'Made', align: 'right', width: '110px', render: (delivery) => <Ago at={delivery.createdAt} /> },
];

function Counts() {
  const { data } = useQuery(countsQuery);
  if (data === undefined) return null;
  return (
    <div style={{ marginBottom: 16 }}>
      <Figures>
        <Figure label="Delivered, 24 h" value={data.delivered} />
        <Figure label="Failed, 24 h" value={data.failed} />
        <Figure label="Waiting now" value={data.pending} />
        <Figure label="Half arrive within" value={latency(data.p50LatencyMs)} />
      </Figures>
    </div>
  );
}

/** Every notification and whether it arrived. */
export function DeliveriesPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { deliveryId } = useParams({ strict: false });
  const state = deliveryState.safeParse(search.state).data;
  const query = useDeliveryPages(state);
  return (
    <Page title="Deliveries" lead="What was sent, by which channel, and what the provider answered.">
      <Counts />
      <FilterBar>
        <Choices
          label="State"
          value={state ?? 'all'}
          options={[
            ['all', 'All'],
            ['pending', 'Sending'],
            ['delivered', 'Delivered'],
            ['failed', 'Failed'],
            ['failed-over', 'Failed over'],
          ]}
          onChange={(next) =>
            void navigate({ to: '/deliveries', search: { state: next === 'all' ? undefined : next } })
          }
        />
      </FilterBar>
      <Paged
        query={query}
        empty={
          <Empty title="No notifications here" icon={<IconSend size={22} stroke={1.6} />}>
            {state === undefined
              ? 'When an alert fires, each message and every attempt to deliver it is recorded here.'
              : 'None is in this state. Choose All to see the rest.'}
          </Empty>
        }
      >
        {(deliveries) => (
          <List
            label="Deliveries"
            items={deliveries}
            columns={columns}
            openId={deliveryId}
            onOpen={(delivery) =>
              void navigate({
                to: '/deliveries/$deliveryId',
                params: { deliveryId: delivery.id },
                search,
                resetScroll: false,
              })
            }
          />
        )}
      </Paged>
      <Outlet />
    </Page>
  );
}
