import type { AlertEventView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { DeliveryStateWord } from '../../ui/delivery-state.tsx';
import { count, latency } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './record.module.css';
import { alertDeliveriesQuery } from './queries.ts';

const words: Record<AlertEventView['type'], string> = {
  pending: 'Condition seen',
  firing: 'Fired',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
  reopened: 'Opened again',
  suppressed: 'Kept quiet',
  flapping: 'Found flapping',
  expired: 'Expired',
};

/** What has happened to an alert, newest last. */
export function AlertHistory({ events }: { events: readonly AlertEventView[] }) {
  return (
    <ol className={classes['history']}>
      {events.map((event) => (
        <li key={`${event.at} ${event.type}`}>
          <div>
            <strong>{words[event.type]}</strong>
            {event.actor === null ? null : ` by ${event.actor}`}
            {event.note === '' ? null : <p>{event.note}</p>}
          </div>
          <Ago at={event.at} />
        </li>
      ))}
    </ol>
  );
}

/** Whom it reached: one line per notification, with every attempt behind it. */
export function AlertDeliveries({ alertId }: { alertId: string }) {
  const may = useCan('delivery.read');
  const query = useQuery({ ...alertDeliveriesQuery(alertId), enabled: may });
  if (!may) return null;
  return (
    <Section title="Notifications">
      <Loaded query={query} skeleton={<SkeletonRows rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint" style={{ padding: '12px 0' }}>
              None was due.
            </p>
          ) : (
            <ul className={classes['history']}>
              {items.map((delivery) => (
                <li key={delivery.id}>
                  <div>
                    <TextLink to="/deliveries/$deliveryId" params={{ deliveryId: delivery.id }}>
                      {delivery.channelName}
                    </TextLink>{' '}
                    <span className="faint">
                      {delivery.event}, {count(delivery.attempts, 'attempt')}
                      {delivery.latencyMs === null ? '' : `, ${latency(delivery.latencyMs)}`}
                    </span>
                    {delivery.lastError === null ? null : <p>{delivery.lastError}</p>}
                  </div>
                  <DeliveryStateWord state={delivery.state} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}
