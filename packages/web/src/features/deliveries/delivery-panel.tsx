import type { DeliveryAttemptView, DeliveryView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { DeliveryStateWord } from '../../ui/delivery-state.tsx';
import { latency } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './attempts.module.css';
import { deliveryQuery, useRetry } from './queries.ts';

const route = getRouteApi('/shell/deliveries/$deliveryId');

const outcomes: Record<DeliveryAttemptView['outcome'], string> = {
  delivered: 'Delivered',
  retry: 'Tried again later',
  failed: 'Failed',
  unknown: 'No answer known',
};

function Attempt({ attempt }: { attempt: DeliveryAttemptView }) {
  return (
    <li className={classes['attempt']}>
      <span className={classes['number']}>{attempt.number}</span>
      <div>
        <strong>{outcomes[attempt.outcome]}</strong>
        <code>{attempt.error ?? attempt.answer}</code>
        {attempt.providerId === null ? null : (
          <span className="faint">provider’s id {attempt.providerId}</span>
        )}
      </div>
      <span className="quiet">
        {latency(attempt.latencyMs)} · <Ago at={attempt.at} />
      </span>
    </li>
  );
}

function facts(delivery: DeliveryView) {
  return [
    ['State', <DeliveryStateWord key="state" state={delivery.state} />],
    ['Channel', `${delivery.channelName} (${delivery.channelKind})`],
    ['About', `${delivery.event}, step ${delivery.step}`],
    ['From change to arrival', latency(delivery.latencyMs)],
    ...(delivery.nextAttemptAt === null
      ? []
      : [['Next attempt', <Ago key="next" at={delivery.nextAttemptAt} />] as const]),
    ...(delivery.alertId === null
      ? []
      : [
          [
            'Alert',
            <TextLink key="alert" to="/alerts/$alertId" params={{ alertId: delivery.alertId }}>
              Open the alert
            </TextLink>,
          ] as const,
        ]),
    ['Idempotency key', <ShortId key="key" id={delivery.idempotencyKey} />],
    ['Id', <ShortId key="id" id={delivery.id} />],
  ] as const;
}

/** One notification with every attempt and the provider's own words. */
export function DeliveryPanel() {
  const { deliveryId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(deliveryQuery(deliveryId));
  const canRetry = useCan('delivery.retry');
  const retry = useRetry();
  const again = canRetry && (query.data?.state === 'failed' || query.data?.state === 'failed-over');
  return (
    <Panel
      title={query.data?.title ?? 'Notification'}
      onClose={() => void navigate({ to: '/deliveries', search, resetScroll: false })}
      actions={
        again ? (
          <Button size="xs" loading={retry.isPending} onClick={() => retry.mutate(deliveryId)}>
            Send again
          </Button>
        ) : undefined
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={6} height={32} />}>
        {(delivery) => (
          <>
            <Facts facts={facts(delivery)} />
            <Section title="Attempts">
              {delivery.history.length === 0 ? (
                <p className="faint" style={{ padding: '12px 0' }}>
                  None yet.
                </p>
              ) : (
                <ol>
                  {delivery.history.map((attempt) => (
                    <Attempt key={attempt.number} attempt={attempt} />
                  ))}
                </ol>
              )}
            </Section>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
