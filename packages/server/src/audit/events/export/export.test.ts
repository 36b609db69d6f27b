import { z } from 'zod';
import { expect, test } from 'vitest';
import { createCatalogue } from '../catalogue.ts';
import { exportFormats } from '../export-formats.ts';
import { ownType } from '../own-type.ts';
import type { LeafEvent } from '../types.ts';
import { csvCell } from './csv.ts';
import { ecsVersion } from './ecs.ts';
import type { ExportedEvent } from './format.ts';
import { ocsfVersion } from './ocsf.ts';

const catalogue = createCatalogue([
  ownType({ type: 'shop.viewed', title: 'Viewed', retention: 'general', fields: {} }),
]);
const formats = exportFormats(catalogue);

function exported(event: Partial<LeafEvent>, index = 0): ExportedEvent {
  return {
    log: 'security',
    index,
    leafHash: 'bGVhZg==',
    event: {
      v: 1,
      id: `aud_${index}`,
      time: '2026-01-01T00:00:00.000Z',
      receivedTime: '2026-01-01T00:00:01.000Z',
      type: 'authentication.login',
      action: 'session.open',
      outcome: 'succeeded',
      severity: 'info',
      source: 'shop/web 1',
      actor: { type: 'user', id: 'usr_1' },
      details: { method: 'password' },
      ...event,
    },
  };
}

async function write(name: string, events: readonly ExportedEvent[]): Promise<string> {
  let text = '';
  for await (const piece of formats.get(name)?.write(events) ?? []) text += piece;
  return text;
}
async function documents(name: string, events: readonly ExportedEvent[]): Promise<Record<string, unknown>[]> {
  const text = await write(name, events);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** One event of every type, with what the mappings read. */
const everyType = catalogue.list().map(({ type }, index) =>
  exported(
    {
      type,
      address: index % 2 === 0 ? '203.0.113.7' : undefined,
      target: index % 3 === 0 ? { type: 'user', id: 'usr_2', name: 'Bob' } : undefined,
      details: { privileges: ['admin'], resource: 'orders', query: 'select 1', reason: 'because' },
    },
    index,
  ),
);

const endpoint = z.object({
  ip: z.string().optional(),
  hostname: z.string().optional(),
  name: z.string(),
  svc_name: z.string(),
});
const user = z
  .object({ uid: z.string().optional(), name: z.string().optional(), type: z.string() })
  .refine(({ uid, name }) => uid !== undefined || name !== undefined);
const ocsfBase = z.object({
  category_uid: z.int(),
  class_uid: z.int(),
  activity_id: z.int(),
  type_uid: z.int(),
  time: z.int(),
  severity_id: z.int().min(0).max(6),
  metadata: z.object({
    version: z.literal(ocsfVersion),
    product: z.object({ name: z.string(), vendor_name: z.string() }),
    uid: z.string(),
    logged_time: z.int(),
    sequence: z.int(),
  }),
});
/** What schema.ocsf.io/1.5.0 requires of each class that is used, and the activities that it has. */
const ocsfClasses: Readonly<Record<number, { activities: readonly number[]; schema: z.ZodType }>> = {
  3001: { activities: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99], schema: z.object({ user }) },
  3002: { activities: [0, 1, 2, 3, 4, 5, 6, 99], schema: z.object({ user }) },
  3003: { activities: [0, 1, 2, 99], schema: z.object({ user, privileges: z.array(z.string()) }) },
  3005: { activities: [0, 1, 2, 99], schema: z.object({ user, privileges: z.array(z.string()) }) },
  6003: {
    activities: [0, 1, 2, 3, 4, 99],
    schema: z.object({
      actor: z.object({ user }),
      api: z.object({ operation: z.string() }),
      src_endpoint: endpoint,
    }),
  },
  6005: {
    activities: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99],
    schema: z.object({
      actor: z.object({ user }),
      src_endpoint: endpoint,
      table: z.object({ name: z.string() }),
    }),
  },
};

test('every type becomes an OCSF event that has what its class requires', async () => {
  const events = await documents('ocsf', everyType);
  expect(events).toHaveLength(everyType.length);
  for (const event of events) {
    const base = ocsfBase.parse(event);
    const found = ocsfClasses[base.class_uid];
    expect(base.type_uid).toBe(base.class_uid * 100 + base.activity_id);
    expect(base.category_uid).toBe(Math.floor(base.class_uid / 1000));
    expect(found?.activities).toContain(base.activity_id);
    expect(found?.schema.safeParse(event).error).toBeUndefined();
  }
});

test('OCSF tells how an act ended, and names a sealed user as such', async () => {
  const [failed, attempted] = await documents('ocsf', [
    exported({ outcome: 'denied', actor: { type: 'user' } }),
    exported({ outcome: 'attempted' }),
  ]);
  expect(failed).toMatchObject({ status_id: 2, type_uid: 300_201, user: { name: 'sealed' } });
  expect(attempted).toMatchObject({ status_id: 99, status: 'attempted' });
});

const ecsCategories = new Set([
  'api',
  'authentication',
  'configuration',
  'database',
  'iam',
  'session',
  'web',
]);
const ecsTypes = new Set([
  'access',
  'admin',
  'allowed',
  'change',
  'creation',
  'deletion',
  'denied',
  'end',
  'error',
  'group',
  'info',
  'start',
  'user',
]);

test('every type becomes an ECS document whose categories and types the schema allows', async () => {
  for (const document of await documents('ecs', everyType)) {
    const { event, ecs } = z
      .object({
        '@timestamp': z.iso.datetime(),
        ecs: z.object({ version: z.literal(ecsVersion) }),
        event: z.object({
          kind: z.literal('event'),
          category: z.array(z.string()).optional(),
          type: z.array(z.string()).min(1),
          outcome: z.enum(['success', 'failure', 'unknown']),
          severity: z.int(),
        }),
      })
      .parse(document);
    expect(ecs.version).toBe(ecsVersion);
    for (const category of event.category ?? []) expect(ecsCategories).toContain(category);
    for (const type of event.type) expect(ecsTypes).toContain(type);
  }
});

test('ECS takes an address for an IP only when it is one', async () => {
  const [ip, name] = await documents('ecs', [
    exported({ address: '2001:db8::1' }),
    exported({ address: 'gateway-7' }),
  ]);
  expect(ip).toMatchObject({ source: { address: '2001:db8::1', ip: '2001:db8::1' } });
  expect(name?.['source']).toEqual({ address: 'gateway-7' });
});

test('a CloudEvent has the attributes that version 1.0 requires, with names and values that it allows', async () => {
  const events = await documents('cloudevents', everyType);
  for (const event of events) {
    expect(event).toMatchObject({ specversion: '1.0', datacontenttype: 'application/json' });
    for (const name of Object.keys(event)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
    for (const name of ['id', 'source', 'type']) expect(event[name]).toMatch(/./);
    expect(() => new URL(String(event['source']), 'https://example.com')).not.toThrow();
    expect(String(event['source'])).toMatch(/^[\w/%.~-]+$/);
    expect(event['subject']).not.toBe('');
  }
  expect(events[0]).toMatchObject({
    source: '/sources/shop/web%201',
    custosindex: '0',
    time: '2026-01-01T00:00:00.000Z',
  });
});

/** Reads a CEF line back as its documentation says. */
function readCef(line: string): { header: string[]; extension: Map<string, string> } {
  const parts = line.split(/(?<!\\)\|/);
  const unescape = (text: string) =>
    text.replaceAll(/\\(.)/g, (_, next: string) => ({ n: '\n', r: '\r' })[next] ?? next);
  const rest = parts.slice(7).join('|');
  const keys = [...rest.matchAll(/(?:^| )([A-Za-z0-9]+)=/g)];
  const extension = new Map(
    keys.map((key, index) => [
      key[1] ?? '',
      unescape(rest.slice((key.index ?? 0) + key[0].length, keys[index + 1]?.index ?? rest.length)),
    ]),
  );
  return { header: parts.slice(0, 7).map(unescape), extension };
}

test('a CEF line reads back to what was written, whatever characters it has', async () => {
  const nasty = 'a|b=c\\d\r\ne "f" x=1';
  const text = await write('cef', [
    exported({ actor: { type: 'user', id: 'usr_1', name: nasty }, severity: 'critical' }),
  ]);
  expect(text.split('\n')).toHaveLength(2);
  const { header, extension } = readCef(text.trimEnd());
  expect(header).toEqual(['CEF:0', 'Custos', 'Custos', '1', 'authentication.login', 'Sign-in', '10']);
  expect(extension.get('suser')).toBe(nasty);
  expect(extension.get('cs1')).toBe('security/0');
  expect(extension.get('rt')).toBe('1767225601000');
});

test('no type breaks a CEF line, and each kind of address has its key', async () => {
  const lines = (await write('cef', everyType)).trimEnd().split('\n');
  expect(lines).toHaveLength(everyType.length);
  expect(lines.every((line) => readCef(line).header.length === 7)).toBe(true);
  const keyed = await write('cef', [
    exported({ address: '203.0.113.7' }),
    exported({ address: '2001:db8::1' }),
    exported({ address: 'gateway' }),
  ]);
  expect(keyed).toMatch(/ src=203\.0\.113\.7 /);
  expect(keyed).toMatch(/ c6a2=2001:db8::1 /);
  expect(keyed).toMatch(/ shost=gateway /);
});

/** Reads CSV as RFC 4180 says. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((row) => row.length > 1);
}

test('CSV reads back to the same cells, with quotes, commas and line breaks in them', async () => {
  const name = 'Ada "the\r\nCountess", Lovelace';
  const rows = readCsv(
    await write('csv', [exported({ actor: { type: 'user', id: 'usr_1', name } }), exported({}, 1)]),
  );
  expect(rows).toHaveLength(3);
  const [head = [], first = []] = rows;
  expect(first).toHaveLength(head.length);
  expect(first[head.indexOf('actor_name')]).toBe(name);
  expect(first[head.indexOf('details')]).toBe('{"method":"password"}');
});

test('no cell of CSV can run as a formula in a spreadsheet', async () => {
  const attacks = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    '  @x',
    '\n=1',
    '＝1',
    "=cmd|' /C calc'!A0",
    '＋1',
  ];
  for (const attack of attacks) {
    const [head = [], cells = []] = readCsv(
      await write('csv', [exported({ actor: { type: 'user', id: 'u', name: attack } })]),
    );
    expect(cells[head.indexOf('actor_name')]).toBe(`'${attack}`);
  }
  expect(csvCell('2026-01-01')).toBe('2026-01-01');
  expect(csvCell(-5)).toBe('-5');
  expect(csvCell('a=b')).toBe('a=b');
});

test('NDJSON has each event as it is, with its place', async () => {
  const events = [exported({}), exported({ details: { note: 'line\nbreak' } }, 1)];
  expect(await documents('ndjson', events)).toEqual(events);
});

test('exports stream: the first line is there before the second event is asked for', async () => {
  for (const [name, format] of formats) {
    let asked = 0;
    const source = (function* () {
      for (;;) yield exported({}, asked++);
    })();
    const reader = format.write(source)[Symbol.asyncIterator]();
    const lines = name === 'csv' ? 3 : 2;
    for (let line = 0; line < lines; line += 1) expect((await reader.next()).done).toBe(false);
    expect(asked).toBe(2);
    await reader.return?.();
  }
  expect([...formats.keys()]).toEqual(['ndjson', 'csv', 'cef', 'ecs', 'ocsf', 'cloudevents']);
});
