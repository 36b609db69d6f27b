import type { AuditEventView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { Facts } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { Outcome } from './outcome.tsx';
import { eventQuery } from './queries.ts';

const route = getRouteApi('/shell/audit/$eventId');

function factsOf(event: AuditEventView) {
  return [
    ['When', <Ago key="when" at={event.time} />],
    ['Exactly', new Date(event.time).toISOString()],
    ['Who', `${event.actor.name} (${event.actor.type})`],
    ['Actor id', <ShortId key="actor" id={event.actor.id} />],
    ['Target', event.target === null ? 'none' : `${event.target.type} ${event.target.id}`],
    ['Outcome', <Outcome key="outcome" outcome={event.outcome} />],
    ['From address', event.address ?? 'unknown'],
    ['Request', event.requestId ?? 'none'],
    ...Object.entries(event.details).map(
      ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
    ['Id', <ShortId key="id" id={event.id} />],
  ] as const;
}

/** One event beside the list, with an address of its own: its id, and its time to find it by. */
export function EventPanel() {
  const { eventId } = route.useParams();
  const { at, ...search } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(eventQuery(eventId, at));
  return (
    <Panel
      title={query.data?.action ?? 'Event'}
      onClose={() => void navigate({ to: '/audit', search, resetScroll: false })}
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={8} height={32} />}>
        {(event) =>
          event === null ? (
            <Empty title="This event was not found">
              Its address is not whole, or you may not read it. Look for it in the list.
            </Empty>
          ) : (
            <Facts facts={factsOf(event)} />
          )
        }
      </Loaded>
    </Panel>
  );
}
