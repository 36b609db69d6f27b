import { alertsStore, rulesStore } from '../../packages/server/src/alerting/store.ts';
import { firingMessage, resolvedMessage } from '../../packages/server/src/alerting/message.ts';
import type { Alert, Rule } from '../../packages/server/src/alerting/types.ts';
import { newId } from '../../packages/server/src/base/ids.ts';
import { channelsFor, notificationRow } from '../../packages/server/src/notify/outbox/rows.ts';
import { insertNotifications } from '../../packages/server/src/notify/outbox/store.ts';
import { loadChannels } from '../../packages/server/src/notify/store.ts';
import type {
  AttemptTable,
  ChannelTable,
  NotificationTable,
  NotifyTables,
} from '../../packages/server/src/notify/tables.ts';
import type { NotificationRequest } from '../../packages/server/src/notify/types.ts';
import type { Definitions } from '../../packages/server/src/probes/store.ts';
import type { ProbeDefinition } from '../../packages/server/src/probes/types.ts';
import type { StateTx } from '../../packages/server/src/storage/state/state.ts';
import { minuteMs, type Trouble } from './troubles.ts';

interface AlertsSeed {
  readonly definitions: Definitions;
  readonly troubles: readonly Trouble[];
}

/** Writes an alert for each trouble that would have had one, with its history and what was sent. */
export async function seedAlerts(tx: StateTx, { definitions, troubles }: AlertsSeed): Promise<void> {
  const channels = await loadChannels(tx);
  const rules = new Map((await rulesStore.all(tx)).map((rule) => [rule.name, rule]));
  for (const trouble of troubles) {
    const rule = rules.get(trouble.status === 'down' ? 'Probe down' : 'Shop is slow');
    const probe = definitions.probes.find(({ name }) => name === trouble.probe);
    // Nobody is told of what is blocked.
    if (rule === undefined || probe === undefined || trouble.blocked === true) continue;
    const alert = alertOf(rule, { probe, definitions, trouble });
    await alertsStore.insert(tx, alert);
    await writeHistory(tx, alert, trouble);
    await deliver(tx, { request: firingMessage(alert, 'of the past'), at: alert.startedAt, channels });
    await deliver(tx, { request: resolvedMessage(alert, trouble.to), at: trouble.to, channels });
  }
}

interface Cause {
  readonly probe: ProbeDefinition;
  readonly definitions: Definitions;
  readonly trouble: Trouble;
}

function alertOf(rule: Rule, { probe, definitions, trouble }: Cause): Alert {
  const service = definitions.services.find(({ id }) => id === probe.serviceId);
  const firedAt = trouble.from + rule.forMs;
  const acknowledged = trouble.acknowledgedBy !== undefined;
  return {
    id: newId('alr', trouble.from),
    key: `${rule.id}:${probe.id}`,
    ruleId: rule.id,
    ruleName: rule.name,
    state: 'resolved',
    severity: rule.severity === 'from-criticality' ? (service?.criticality ?? 'medium') : rule.severity,
    labels: {
      probe: probe.name,
      kind: probe.kind,
      ...(service === undefined ? {} : { service: service.name }),
    },
    summary: trouble.status === 'down' ? `${probe.name} is down` : `${probe.name} is slow`,
    description: trouble.message,
    probeId: probe.id,
    serviceId: probe.serviceId,
    serviceName: service?.name ?? null,
    channelIds: [],
    value: null,
    threshold: null,
    flapping: false,
    paged: true,
    startedAt: trouble.from,
    firedAt,
    acknowledgedAt: acknowledged ? firedAt + 2 * minuteMs : null,
    acknowledgedBy: trouble.acknowledgedBy ?? null,
    resolvedAt: trouble.to,
    fireDueAt: null,
    resolveDueAt: null,
    pageDueAt: null,
  };
}

async function writeHistory(tx: StateTx, alert: Alert, trouble: Trouble): Promise<void> {
  const { startedAt, firedAt, acknowledgedAt, acknowledgedBy } = alert;
  const add = (
    at: number,
    event: { type: 'pending' | 'firing' | 'acknowledged' | 'resolved'; note: string },
  ) =>
    alertsStore.addEvent(tx, alert.id, {
      id: newId('aev', at),
      at,
      actor: event.type === 'acknowledged' ? acknowledgedBy : null,
      ...event,
    });
  if (firedAt !== startedAt) await add(startedAt, { type: 'pending', note: trouble.message });
  await add(firedAt ?? startedAt, { type: 'firing', note: trouble.message });
  if (acknowledgedAt !== null) await add(acknowledgedAt, { type: 'acknowledged', note: 'I am on it.' });
  await add(trouble.to, { type: 'resolved', note: '' });
}

interface Delivery {
  readonly request: NotificationRequest;
  readonly at: number;
  readonly channels: ReadonlyMap<string, ChannelTable>;
}

/** How long each kind takes to say yes, at least, and what it says. */
const answers: Readonly<Record<string, readonly [latencyMs: number, answer: string]>> = {
  webhook: [14, '200'],
  email: [180, '250 2.0.0 OK: queued'],
  console: [1, 'written'],
  dashboard: [1, 'shown'],
};

type Attempt = Omit<AttemptTable, 'notification_id' | 'node' | 'provider_id'>;

/** Mostly one; while the first page of the database's outage was mailed, the relay was busy. */
function attemptsOf(row: NotificationTable, latencyMs: number): readonly Attempt[] {
  const [, answer] = answers[row.channel_kind] ?? [0, ''];
  const yes = { outcome: 'delivered', latency_ms: latencyMs, answer, error: null } as const;
  if (row.channel_kind !== 'email' || row.title !== 'Orders database is down') {
    return [{ number: 1, at: row.created_at, ...yes }];
  }
  const busy = '421 4.3.2 Service not available, try again';
  return [
    { number: 1, at: row.created_at, outcome: 'retry', latency_ms: 95, answer: busy, error: busy },
    { number: 2, at: row.created_at + 5000, ...yes },
  ];
}

/** Writes what was sent to each channel as delivered, with its attempts. */
async function deliver(tx: StateTx, { request, at, channels }: Delivery): Promise<void> {
  for (const channel of channelsFor(request, channels)) {
    const fresh = notificationRow(request, { channel, now: at });
    const [least] = answers[channel.kind] ?? [50];
    const attempts = attemptsOf(fresh, Math.round(least * (1 + (at % 977) / 977)));
    const last = attempts.at(-1);
    const settledAt = (last?.at ?? at) + (last?.latency_ms ?? 0);
    await insertNotifications(tx, [
      {
        ...fresh,
        state: 'delivered',
        attempts: attempts.length,
        first_attempt_at: at,
        next_attempt_at: null,
        settled_at: settledAt,
        latency_ms: settledAt - at,
      },
    ]);
    const write = tx.withTables<NotifyTables>();
    await write
      .insertInto('notification_attempt')
      .values(
        attempts.map((each) => ({ ...each, notification_id: fresh.id, node: 'seed', provider_id: null })),
      )
      .execute();
    await write
      .updateTable('channel')
      .set({ last_delivered_at: settledAt })
      .where('id', '=', channel.id)
      .execute();
  }
}
