import * as contract from '@custos/contract';
import { auditTypes, createMockAudit } from './mock-events.ts';
import { beginVerification, ledgerOf } from './mock-ledger-status.ts';
import type { Answer, Call } from './mock-routes.ts';

const audit = createMockAudit();
const start = Date.now();
const hour = 3_600_000;

const answer = (schema: contract.z.ZodType, value: unknown): Answer => ({ schema, value });
const refuse = (status: number, code: string, detail: string): Answer => ({
  problem: { status, code, detail },
});
const ok = answer(contract.done, { ok: true });

/** What the mock's ledger serves below `/ledger/`; undefined when there is none. */
export function ledgerResource(path: string): Uint8Array | undefined {
  for (const log of audit.logs.values()) {
    if (path.startsWith(`/ledger/${log.origin}/`)) return log.read(path.slice(log.origin.length + 9));
  }
  return undefined;
}

const inText = (event: contract.AuditEventView, text: string): boolean =>
  JSON.stringify({ ...event, proof: undefined })
    .toLowerCase()
    .includes(text.toLowerCase());

function fits(event: contract.AuditEventView, query: URLSearchParams): boolean {
  const asked = (name: string, ...values: (string | null | undefined)[]): boolean => {
    const wanted = query.get(name);
    return wanted === null || values.includes(wanted);
  };
  const { actor, target } = event;
  const category = auditTypes.find(({ type }) => type === event.type)?.category;
  return (
    event.receivedTime >= Date.parse(query.get('from') ?? '1970-01-01') &&
    event.receivedTime < Date.parse(query.get('to') ?? '9999-01-01') &&
    asked('actor', actor.id, actor.name) &&
    asked('target', target?.id, target?.name) &&
    asked('party', actor.id, actor.name, target?.id, target?.name) &&
    asked('action', event.action, event.action.split('.')[0]) &&
    asked('outcome', event.outcome) &&
    asked('severity', event.severity) &&
    asked('type', event.type) &&
    asked('category', category) &&
    asked('source', event.source) &&
    asked('log', event.place.log) &&
    (query.get('text') === null || inText(event, query.get('text') ?? ''))
  );
}

const found = (call: Call): readonly contract.AuditEventDetail[] =>
  call.state === 'empty' ? [] : audit.events.filter((event) => fits(event, call.query));

function counted<Item>(items: readonly Item[], of: (item: Item) => string | null | undefined) {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = of(item);
    if (value !== null && value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => b.count - a.count);
}

const topOf: Readonly<Record<string, (event: contract.AuditEventView) => string | null | undefined>> = {
  actor: ({ actor }) => actor.id,
  target: ({ target }) => target?.id,
  action: ({ action }) => action,
  type: ({ type }) => type,
  source: ({ source }) => source,
  outcome: ({ outcome }) => outcome,
};

const searches: contract.SavedSearchView[] = [
  {
    id: 'sea_1',
    name: 'Refused sign-ins of the shop',
    shared: true,
    own: true,
    filter: { source: 'shop', outcome: 'denied', type: 'authentication.login' },
    createdAt: start,
  },
  {
    id: 'sea_2',
    name: 'What the auditors of the lottery look at every first Monday of a month, with all that it takes',
    shared: true,
    own: false,
    filter: { category: 'transaction' },
    createdAt: start,
  },
];
const holds: contract.LegalHoldView[] = [
  {
    id: 'hld_1',
    logs: ['financial'],
    from: start - 900 * hour,
    to: null,
    reason: 'Case 4711, request of the regulator for everything about the draw of 3 November',
    placedBy: 'Ada Lovelace',
    placedAt: start - 30 * hour,
    releasedBy: null,
    releasedAt: null,
  },
  {
    id: 'hld_2',
    logs: null,
    from: null,
    to: null,
    reason: 'Case 17',
    placedBy: 'Grace Hopper',
    placedAt: start - 3000 * hour,
    releasedBy: 'Ada Lovelace',
    releasedAt: start - 400 * hour,
  },
];

function securityOf(call: Call) {
  const guarded = audit.events.filter(
    (event) => event.outcome === 'denied' || event.outcome === 'failed' || event.type.startsWith('intake.'),
  );
  const inTime = call.state === 'empty' ? [] : guarded.filter((event) => fits(event, call.query));
  return counted(inTime, ({ source }) => source).map(({ value: source, count }) => {
    const own = inTime.filter((event) => event.source === source);
    const kinds = counted(own, ({ type, outcome }) => `${type} ${outcome}`).map((kind) => {
      const [type = '', outcome = ''] = kind.value.split(' ');
      return { type, outcome, count: kind.count };
    });
    const times = own.map(({ receivedTime }) => receivedTime);
    return {
      source,
      count,
      occurrences: count * 7,
      kinds,
      first: Math.min(...times),
      last: Math.max(...times),
    };
  });
}

const health: contract.AuditHealthView = {
  status: 'warning',
  checkedAt: start,
  components: [
    ['buffer', 'Buffer', 'ok', '3% of the buffer is used', 3, '%', 70, 90],
    ['disk', 'Disk', 'warning', 'The disk of the data directory is 86% full', 86, '%', 80, 95],
    ['write', 'Writes', 'ok', 'Half of the writes take less than 2 ms', 1.9, 'ms', 100, 500],
    ['witness', 'Witnesses', 'unknown', 'The witness of the bank does not answer', null, null, null, null],
  ].map(([name, title, status, message, value, unit, warning, critical]) => ({
    name,
    title,
    status,
    message,
    value,
    unit,
    warning,
    critical,
  })) as contract.AuditHealthView['components'],
};

const one = (call: Call) => audit.events.find(({ id }) => id === call.id);

export const auditRoutes: { method: string; path: string; run: (call: Call) => Answer }[] = [
  {
    method: 'GET',
    path: '/audit/events',
    run: (call) => {
      if (call.state === 'broken') return refuse(500, 'internal_error', 'Something went wrong on our side.');
      const all = found(call);
      const from = Number(call.query.get('cursor') ?? 0);
      const to = from + Number(call.query.get('limit') ?? 50);
      return answer(contract.pageOf(contract.auditEvent), {
        items: all.slice(from, to),
        nextCursor: to < all.length ? String(to) : null,
      });
    },
  },
  {
    method: 'GET',
    path: '/audit/events/:id',
    run: (call) => {
      const event = one(call);
      return event === undefined
        ? refuse(404, 'not_found', 'There is no audit event of this id.')
        : answer(contract.auditEventDetail, event);
    },
  },
  {
    method: 'POST',
    path: '/audit/events/:id/reveal',
    run: ({ body }) =>
      String(body['reason']).length < 3
        ? {
            problem: {
              status: 422,
              code: 'invalid_input',
              detail: 'One field is wrong.',
              errors: [{ field: 'reason', message: 'must say why, in at least 3 characters' }],
            },
          }
        : answer(contract.revealed, { field: body['field'], value: '203.0.113.77' }),
  },
  { method: 'GET', path: '/audit/types', run: () => answer(contract.auditEventTypes, { types: auditTypes }) },
  {
    method: 'GET',
    path: '/audit/histogram',
    run: (call) => {
      if (call.state === 'columns-down') {
        return refuse(503, 'columns_unavailable', 'The index does not answer; counts are away for now.');
      }
      const from = Date.parse(call.query.get('from') ?? '');
      const step = Number(call.query.get('stepMs'));
      const steps = counted(found(call), ({ receivedTime }) =>
        String(from + Math.floor((receivedTime - from) / step) * step),
      ).map(({ value, count }) => ({ at: Number(value), count }));
      return answer(contract.auditHistogram, { steps });
    },
  },
  {
    method: 'GET',
    path: '/audit/top',
    run: (call) =>
      answer(contract.auditTop, {
        values: counted(found(call), topOf[call.query.get('field') ?? ''] ?? (() => null)),
      }),
  },
  {
    method: 'GET',
    path: '/audit/security-groups',
    run: (call) => answer(contract.securityGroups, { groups: securityOf(call) }),
  },
  {
    method: 'GET',
    path: '/audit/searches',
    run: (call) => answer(contract.savedSearches, { searches: call.state === 'empty' ? [] : searches }),
  },
  {
    method: 'POST',
    path: '/audit/searches',
    run: ({ body }) => {
      const made = { ...body, id: `sea_${searches.length + 1}`, own: true, createdAt: Date.now() };
      searches.push(contract.savedSearch.parse({ ...made, createdAt: new Date().toISOString() }));
      return answer(contract.savedSearch, searches.at(-1));
    },
  },
  { method: 'PUT', path: '/audit/searches/:id', run: () => answer(contract.savedSearch, searches[0]) },
  { method: 'DELETE', path: '/audit/searches/:id', run: () => ok },
  {
    method: 'GET',
    path: '/audit/holds',
    run: (call) =>
      answer(contract.pageOf(contract.legalHold), {
        items: call.state === 'empty' ? [] : holds,
        nextCursor: null,
      }),
  },
  { method: 'POST', path: '/audit/holds', run: () => answer(contract.legalHold, holds[0]) },
  { method: 'POST', path: '/audit/holds/:id/release', run: () => answer(contract.legalHold, holds[1]) },
  {
    method: 'POST',
    path: '/audit/erasures',
    run: () =>
      answer(contract.erasureReport, {
        keyDestroyed: true,
        fields: 41,
        events: 22,
        byField: { address: 22, 'actor.name': 19 },
        traces: 'none',
      }),
  },
  {
    method: 'GET',
    path: '/audit/ledger',
    run: (call) =>
      call.state === 'broken'
        ? refuse(500, 'internal_error', 'Something went wrong on our side.')
        : answer(contract.ledgerStatus, ledgerOf(audit, call.state)),
  },
  {
    method: 'POST',
    path: '/audit/ledger/verify',
    run: () => {
      beginVerification();
      return ok;
    },
  },
  { method: 'POST', path: '/audit/index/rebuild', run: () => ok },
  { method: 'GET', path: '/audit/health', run: () => answer(contract.auditHealth, health) },
];
