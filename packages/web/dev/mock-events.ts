import type { AuditEventDetail, AuditEventTypeView } from '@custos/contract';
import { makeId, random } from './chance.ts';
import { createMockLog, leafHashOf, type MockLog } from './mock-ledger.ts';

const start = Date.now();
const minute = 60_000;

const types = [
  ['authentication.login', 'Sign-in', 'authentication', 'security', 'info'],
  ['access.denied', 'Denied', 'access violation', 'security', 'medium'],
  ['data.access', 'Data read', 'data access', 'security', 'info'],
  ['configuration.change', 'Configuration changed', 'configuration', 'security', 'medium'],
  ['application.act', 'Act in an application', 'application', 'general', 'info'],
  ['transaction.posted', 'Transaction', 'transaction', 'financial', 'low'],
  ['intake.rate-limited', 'Rate limited', 'intake', 'security', 'high'],
] as const;

export const auditTypes: AuditEventTypeView[] = types.map(([type, title, category, log, severity]) => ({
  type,
  title,
  category,
  log,
  severity,
  protected: log !== 'general',
  sensitiveFields: ['address', 'actor.name', ...(type === 'authentication.login' ? ['details.login'] : [])],
  details: {},
}));

const actors = [
  ['user', 'usr_01kdada', 'Ada Lovelace'],
  ['user', 'usr_01kdgrace', 'Grace Hopper'],
  ['token', 'tok_01kdshop', 'Deploy pipeline of the shop in Frankfurt, second region, blue'],
  ['customer', 'cus_8842', null],
  [
    'source',
    'crawler.example.net/a-very-long-path-that-nobody-would-ever-want-to-read-in-a-narrow-column',
    null,
  ],
  ['customer', null, null],
] as const;
const sources = ['custos', 'shop', 'payments', 'lottery-draw-engine.eu-central-1.example.internal'];
const outcomes = ['succeeded', 'succeeded', 'succeeded', 'failed', 'denied', 'attempted'] as const;

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const detailsOf: Readonly<Record<string, (index: number) => Record<string, unknown>>> = {
  'authentication.login': () => ({ method: 'password', reason: 'second factor asked' }),
  'access.denied': (index) => ({ permission: 'probe.edit', path: `/api/v1/probes/prb_${index}` }),
  'data.access': (index) => ({ resource: 'customer', query: 'name = ?', recordCount: index % 40 }),
  'configuration.change': () => ({
    setting: 'alerting.route',
    before: { to: ['mail'] },
    after: { to: ['pager'] },
  }),
  'application.act': (index) => ({ order: { id: index, lines: [{ sku: 'A-1', amount: 2 }] }, note: 'ok' }),
  'transaction.posted': (index) => ({ amount: `${index}.50`, currency: 'EUR', account: `acc_${index % 9}` }),
  'intake.rate-limited': (index) => ({ count: index + 3, dropped: 0 }),
};

type Shown = Omit<AuditEventDetail, 'proof' | 'sealedFields'>;

function makeEvent(index: number): Shown {
  const [type, , , log, severity] = types[Math.floor(random() ** 1.4 * types.length)] ?? types[0];
  const [actorType, actorId, actorName] = pick(actors);
  const [, targetId, targetName] = pick(actors);
  const at = start - Math.floor((index * 14 + random() * 9) * minute);
  return {
    id: makeId('evt'),
    time: at - 120,
    receivedTime: at,
    type,
    action:
      type === 'application.act' ? pick(['order.place', 'order.cancel', 'cart.merge-after-sign-in']) : type,
    outcome: pick(outcomes),
    severity,
    source: pick(sources),
    actor: { type: actorType, id: actorId, name: actorName },
    target: index % 4 === 0 ? null : { type: 'order', id: targetId ?? `ord_${index}`, name: targetName },
    tenant: index % 3 === 0 ? 'eu-lottery' : null,
    traceId: index % 2 === 0 ? '4bf92f3577b34da6a3ce929d0e0e4736' : null,
    requestId: makeId('req'),
    details: detailsOf[type]?.(index) ?? {},
    sealedCount: index % 3,
    place: { log, index: 0 },
  };
}

function leafOf(event: Shown): Uint8Array {
  const party = (one: Shown['actor']) => ({ type: one.type, ...(one.id === null ? {} : { id: one.id }) });
  const { actor, target, time, receivedTime, tenant, traceId, requestId } = event;
  const { id, type, action, outcome, severity, source, details } = event;
  return Buffer.from(
    JSON.stringify({
      id,
      type,
      action,
      outcome,
      severity,
      source,
      details,
      v: 1,
      time: new Date(time).toISOString(),
      receivedTime: new Date(receivedTime).toISOString(),
      actor: party(actor),
      ...(target === null ? {} : { target: party(target) }),
      ...(tenant === null ? {} : { tenant }),
      ...(traceId === null ? {} : { traceId }),
      ...(requestId === null ? {} : { requestId }),
    }),
  );
}

export interface MockAudit {
  /** Newest first. */
  readonly events: readonly AuditEventDetail[];
  readonly logs: ReadonlyMap<string, MockLog>;
}

/** Events in three logs that verify. */
export function createMockAudit(amount = 720): MockAudit {
  const shown = Array.from({ length: amount }, (_, index) => makeEvent(index));
  const logs = new Map<string, MockLog>();
  const events: AuditEventDetail[] = [];
  for (const name of ['general', 'security', 'financial']) {
    // Oldest first, as a log has them.
    const own = shown.filter(({ place }) => place.log === name).toReversed();
    const log = createMockLog(`custos.example.com/${name}`, own.map(leafOf));
    logs.set(name, log);
    for (const [index, event] of own.entries()) {
      const leaf = log.leaves[index] ?? new Uint8Array();
      events.push({
        ...event,
        place: { log: name, index },
        sealedFields: ['actor.name', 'address'].slice(0, Math.min(event.sealedCount, 1 + (index % 2))),
        proof: {
          origin: log.origin,
          leaf: Buffer.from(leaf).toString('base64'),
          leafHash: leafHashOf(leaf).toString('base64'),
          receipt: log.receipt(index),
        },
      });
    }
  }
  return { events: events.toSorted((one, other) => other.receivedTime - one.receivedTime), logs };
}
