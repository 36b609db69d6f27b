import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCatalogue } from './catalogue.ts';
import { detailsOf, type EventType } from './event-type.ts';
import { ownType } from './own-type.ts';
import { prepareEvent } from './prepare.ts';
import { retentionClasses } from './retention.ts';

const catalogue = createCatalogue();
const prepare = (event: unknown, from = catalogue) =>
  prepareEvent(event, { catalogue: from, source: 'shop', received: 1_767_225_600_000 });

/** One good event of every built-in type. */
const examples: Readonly<Record<string, Record<string, unknown>>> = {
  'authentication.login': { method: 'password', login: 'ada@example.com' },
  'authentication.logout': {},
  'authentication.credential-change': { credential: 'passkey', change: 'added' },
  'session.start': { sessionId: 's1' },
  'session.end': { sessionId: 's1', reason: 'expired' },
  'session.revoke': { sessionId: 's1' },
  'privilege.grant': { privileges: ['admin'], until: '2026-02-01T00:00:00Z' },
  'privilege.revoke': { privileges: ['admin'] },
  'privilege.use': { privileges: ['refund.any'] },
  'access.violation': { resource: '/admin', permission: 'admin.read' },
  'investigation.access': { caseId: 'case_1', act: 'read' },
  'data.access': { resource: 'orders', query: "select * from orders where email = 'x'", recordCount: 12 },
  'transaction.record': { transactionId: 't1', kind: 'payment', amount: '12.50', currency: 'EUR' },
  'balance.change': { accountId: 'a1', before: '0', after: '-12.50', currency: 'EUR' },
  'draw.result-change': { drawId: 'd1', before: null, after: { ticket: 17 } },
  'user.status-change': { before: 'active', after: 'suspended' },
  'configuration.change': { setting: 'payments.limit', before: 10, after: 20 },
  'administration.act': { anything: [1, { nested: true }] },
  'application.act': { page: '/' },
  'consent.change': { purpose: 'newsletter', given: false },
  'data.export': { resource: 'orders', format: 'csv', recordCount: 2 },
  'data.erasure': { subjectRef: 'sub_1', fields: 2, events: 1 },
  'intake.invalid': { count: 1, first: '2026-01-01T00:00:00Z', last: '2026-01-01T00:00:00Z', fields: [] },
  'intake.rate-limited': {
    count: 1,
    first: '2026-01-01T00:00:00Z',
    last: '2026-01-01T00:00:00Z',
    dropped: 3,
  },
  'intake.blocked': { count: 1, first: '2026-01-01T00:00:00Z', last: '2026-01-01T00:00:00Z', reasons: [] },
};

test('the catalogue has a type for every category of the rows L4 and T4, and an example of each is taken', () => {
  const categories = new Set(catalogue.list().map(({ category }) => category));
  expect([...categories].toSorted()).toEqual(
    [
      'access violation',
      'administration',
      'application',
      'authentication',
      'balance change',
      'configuration',
      'consent',
      'data access',
      'draw result change',
      'erasure',
      'export',
      'investigation access',
      'privilege',
      'security event',
      'session',
      'transaction',
      'user status',
    ].toSorted(),
  );
  expect(Object.keys(examples).toSorted()).toEqual(
    catalogue
      .list()
      .map(({ type }) => type)
      .toSorted(),
  );
  for (const [type, details] of Object.entries(examples)) {
    const { entry } = prepare({ type, outcome: 'succeeded', actor: { type: 'user', id: 'usr_1' }, details });
    expect(entry.type).toBe(type);
  }
});

test('every type but the two free ones refuses details that it does not know, and names them', () => {
  const free = new Set(['administration.act', 'application.act']);
  for (const [type, details] of Object.entries(examples)) {
    if (free.has(type)) continue;
    const event = {
      type,
      outcome: 'succeeded',
      actor: { type: 'user', id: 'usr_1' },
      details: { ...details, surprise: 1 },
    };
    expect(() => prepare(event), type).toThrow(/details\.surprise is not a known field/);
  }
});

test('money is for ever, security is kept for seven years, and both are protected', () => {
  const days = new Map(retentionClasses.map(({ name, days: kept }) => [name, kept]));
  for (const entry of catalogue.list()) {
    expect(days.has(entry.retention)).toBe(true);
    expect(entry.protected).toBe(entry.retention !== 'general');
  }
  expect(days.get('financial')).toBeNull();
  expect(days.get('security')).toBeGreaterThanOrEqual(7 * 365);
  const money = ['transaction.record', 'balance.change', 'draw.result-change'];
  expect(money.map((type) => catalogue.find(type)?.retention)).toEqual(money.map(() => 'financial'));
});

test('wrong fields are all named at once, each with what would be right', () => {
  const refusal = (): unknown => {
    try {
      return prepare({
        type: 'Login',
        outcome: 'maybe',
        actor: { type: 'user', id: '' },
        time: 'yesterday',
        address: 'line\nbreak',
        colour: 'red',
      });
    } catch (error) {
      return (error as { fields: readonly { field: string }[] }).fields.map(({ field }) => field).toSorted();
    }
  };
  expect(refusal()).toEqual(['actor.id', 'address', 'colour', 'outcome', 'time', 'type']);
  const money = { type: 'transaction.record', outcome: 'succeeded', actor: { type: 'user', id: 'u' } };
  expect(() =>
    prepare({ ...money, details: { transactionId: 't', kind: 'payment', amount: 12.5, currency: 'EUR' } }),
  ).toThrow(/details\.amount must be a decimal number as text/);
  expect(() =>
    prepare({
      type: 'draw.result-change',
      outcome: 'succeeded',
      actor: { type: 'user', id: 'u' },
      details: { drawId: 'd' },
    }),
  ).toThrow(/details\.after must be given/);
  expect(() => prepare({ ...money, type: 'shop.unknown' })).toThrow(/type is not in the catalogue/);
  expect(() => prepare({ ...money, source: 'bank', details: {} })).toThrow(
    /source must be shop or begin with shop\//,
  );
});

test('a service registers a type of its own, with its log and its sensitive fields', () => {
  const own = createCatalogue(
    [
      ownType({
        type: 'shop.coupon-used',
        title: 'Coupon used',
        retention: 'marketing',
        fields: {
          code: { kind: 'text', required: true },
          email: { kind: 'text', sensitive: 'actor' },
          cart: { kind: 'json', required: true },
          total: { kind: 'number' },
          first: { kind: 'boolean' },
        },
      }),
    ],
    ['marketing'],
  );
  const event = { type: 'shop.coupon-used', outcome: 'succeeded', actor: { type: 'user', id: 'usr_1' } };
  const details = { code: 'X', cart: { items: [1] }, email: 'ada@example.com', total: 1.5, first: true };
  const made = prepare({ ...event, details }, own);
  expect(made.entry.retention).toBe('marketing');
  expect(made.entry.protected).toBe(false);
  expect(Buffer.from(made.leaf).toString('utf8')).not.toContain('ada@example.com');
  expect(made.vaultEntries.map(({ field }) => field)).toEqual(['details.email']);
  expect(() => prepare({ ...event, details: { code: 'X' } }, own)).toThrow(/details\.cart must be given/);
  expect(() => prepare({ ...event, details: { ...details, total: 'x' } }, own)).toThrow(
    /details\.total must be a number/,
  );
});

test('a type that cannot be kept as it says is refused at registration, with its name and field', () => {
  const base: EventType = {
    type: 'shop.thing',
    category: 'own',
    title: 'Thing',
    retention: 'general',
    severity: 'info',
    details: detailsOf({ a: z.unknown().optional() }),
  };
  const wrong: readonly EventType[] = [
    { ...base, type: 'thing' },
    { ...base, type: 'authentication.login' },
    { ...base, type: 'intake.mine' },
    { ...base, retention: 'nowhere' },
    { ...base, sensitive: { outcome: 'actor' } },
    { ...base, sensitive: { 'details.a': 'actor', 'details.a.b': 'actor' } },
  ];
  const fields = wrong.map((type) => {
    try {
      createCatalogue([type]);
      return 'taken';
    } catch (error) {
      return (error as { fields: readonly { field: string }[] }).fields[0]?.field;
    }
  });
  expect(fields).toEqual([
    'types.thing.type',
    'types.authentication.login.type',
    'types.intake.mine.type',
    'types.shop.thing.retention',
    'types.shop.thing.sensitive.outcome',
    'types.shop.thing.sensitive.details.a',
  ]);
  expect(() => createCatalogue([base, base])).toThrow(/not valid/);
});
