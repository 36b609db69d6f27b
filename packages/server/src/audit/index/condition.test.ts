import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { detailsText, encodeLeaf } from '../events/leaf.ts';
import { outcomes, severities, type JsonObject } from '../events/types.ts';
import { conditionOf, type Condition } from './condition.ts';
import { readEntry, type IndexedEntry } from './indexed-entry.ts';
import { matches } from './matches.ts';
import { rowLine } from './row.ts';
import { securityTypes } from './security-kinds.ts';
import { createIndexStore, type IndexStore } from './store.ts';
import type { AuditFilter } from './types.ts';

const directory = temporaryDirectory();
const catalogue = createCatalogue();
let columns: Columns;
let store: IndexStore;
beforeAll(async () => {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
  store = createIndexStore(columns);
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

/** Pieces that meet again in events and filters, among them what tends to be handled wrongly. */
const pieces = [
  'usr_1',
  'Usr_1',
  'USR',
  'ord',
  'a=b',
  'a%3Db',
  "it's",
  '"',
  '\\',
  '\\\\',
  'é',
  'É',
  'ß',
  'SS',
  'ſ',
  'K',
  'İ',
  'Σ',
  'ς',
  'ΟΔΟΣ',
  'οδος',
  '日本',
  '😀',
  '%',
  '_',
  '{x:String}',
  '12',
  '12.5',
  'true',
  'null',
  '/',
  'tab\there',
  '',
];
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...pieces) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(...pieces)).map((two) => two.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).filter((value) => value.isWellFormed()),
  },
);
const types = catalogue.list().map(({ type }) => type);
const actions = ['order', 'order.refund', 'order.refund.part', 'orders.pay', 'session.open'];
const scalar = fc.oneof(text, fc.constantFrom(12, 12.5, -0.001, 1e21, true, false, null));
const details = fc.dictionary(
  fc.oneof(fc.constantFrom('a', 'b', 'a.b', 'a=b', 'größe'), text).filter((name) => name !== '__proto__'),
  fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c=1'), scalar, { maxKeys: 2 }),
    fc.array(fc.dictionary(fc.constantFrom('a', 'b'), scalar, { maxKeys: 2 }), { maxLength: 2 }),
  ),
  { maxKeys: 4 },
);
const logs = ['general', 'security', 'büro'];
const times = fc.constantFrom(0, 1, 999, 1_767_225_600_000, 1_767_225_600_001, 4_102_444_800_000);
const someText = fc.option(text, { nil: undefined });
const party = fc.record({ type: fc.constantFrom('user', 'source'), id: someText });
const event = fc.record({
  log: fc.constantFrom(...logs),
  received: times,
  envelope: fc.record({
    id: fc.oneof(fc.constantFrom('aud_1', 'aud_2'), text),
    type: fc.constantFrom(...types, 'own.type'),
    action: fc.constantFrom(...actions),
    outcome: fc.constantFrom(...outcomes),
    severity: fc.constantFrom(...severities),
    source: text,
    actor: party,
    target: fc.option(party, { nil: undefined }),
    tenant: someText,
    requestId: someText,
    traceId: someText,
  }),
  details,
});
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 4 });
const filter: fc.Arbitrary<AuditFilter> = fc.record({
  from: maybe(fc.oneof(times, fc.constant(0.5))),
  to: maybe(times),
  actor: maybe(fc.oneof(text, fc.array(text, { maxLength: 3 }))),
  target: maybe(text),
  party: maybe(fc.oneof(text, fc.array(text, { maxLength: 3 }))),
  action: maybe(fc.constantFrom(...actions, 'ord', 'order.')),
  outcome: maybe(fc.constantFrom(...outcomes)),
  type: maybe(fc.constantFrom(...types)),
  category: maybe(fc.constantFrom('authentication', 'transaction', 'security event', 'no such')),
  severity: maybe(fc.constantFrom(...severities)),
  source: maybe(text),
  tenant: maybe(text),
  log: maybe(fc.constantFrom(...logs, 'unknown')),
  requestId: maybe(text),
  traceId: maybe(text),
  text: maybe(text),
  details: maybe(
    fc.array(
      fc.record({
        path: fc.constantFrom('a', 'b', 'a.b', 'a=b', 'b.c=1', 'größe', ''),
        value: fc.oneof(text, fc.constantFrom('12', '12.5', '-0.001', '1e+21', 'true', 'null')),
      }),
      { maxLength: 2 },
    ),
  ),
});
/** Mostly one thing asked for, so that the answer is not always empty. */
const narrow: fc.Arbitrary<AuditFilter> = fc
  .tuple(
    filter,
    fc.subarray(['log', 'actor', 'target', 'party', 'text', 'details', 'action', 'type', 'from'] as const, {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([all, kept]) => Object.fromEntries(kept.map((name) => [name, all[name]])) as AuditFilter);

type RandomEvent = typeof event extends fc.Arbitrary<infer Event> ? Event : never;

type AnyEvent = Omit<RandomEvent, 'details'> & { readonly details: unknown };

function entryOf({ log, received, envelope, details: given }: AnyEvent, index: number): IndexedEntry {
  const receivedTime = new Date(received).toISOString();
  const leaf = encodeLeaf({
    envelope: { ...envelope, time: receivedTime, receivedTime },
    details: detailsText(given),
    digests: [],
  });
  return readEntry(log, index, Buffer.from(leaf));
}

/** Entries that are no events, which no filter may find. */
const strangers = [
  Buffer.from('{"resumed":"example.com/old"}'),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('\ufeff{}'),
  Buffer.from('{"id":7,"type":"x","receivedTime":"2026-01-01T00:00:00.000Z"}'),
];

async function fill(entries: readonly IndexedEntry[]): Promise<void> {
  await store.removeAll();
  await store.add(entries.map((entry) => Buffer.from(rowLine(entry))));
}

async function foundBySql(condition: Condition): Promise<string[]> {
  const places = await store.page(condition, [], { after: null, limit: 1000 });
  return places.map(({ log, index }) => `${log}/${index}`).toSorted();
}

test('the engine and this program find the same events, whatever the events and the filter', async () => {
  const security = securityTypes(catalogue);
  let [asked, hits] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 20, maxLength: 60 }),
      fc.array(fc.oneof({ weight: 4, arbitrary: narrow }, { weight: 1, arbitrary: filter }), {
        minLength: 15,
        maxLength: 15,
      }),
      async (events, filters) => {
        const entries = [
          ...events.map(entryOf),
          ...strangers.map((bytes, place) => readEntry('general', events.length + place, bytes)),
        ];
        await fill(entries);
        const conditions = [
          ...filters.map((one) => conditionOf(one, catalogue)),
          { ...conditionOf({}, catalogue), security },
        ];
        for (const condition of conditions) {
          const expected = entries
            .filter((entry) => matches(entry, condition))
            .map(({ log, index }) => `${log}/${index}`)
            .toSorted();
          asked += 1;
          hits += expected.length === 0 ? 0 : 1;
          expect(await foundBySql(condition), JSON.stringify(condition)).toEqual(expected);
        }
      },
    ),
    { numRuns: 20 },
  );
  // The comparison means nothing when nothing is ever found.
  expect(hits).toBeGreaterThan(asked / 5);
}, 120_000);

const eventWith = (more: Partial<RandomEvent['envelope']>, given: JsonObject = {}): IndexedEntry =>
  entryOf(
    {
      log: 'general',
      received: 1_767_225_600_000,
      envelope: {
        id: 'aud_1',
        type: 'transaction.posted',
        action: 'order.refund',
        outcome: 'succeeded',
        severity: 'info',
        source: 'shop',
        actor: { type: 'user', id: 'usr_1' },
        target: { type: 'user', id: 'ord_1' },
        tenant: undefined,
        requestId: undefined,
        traceId: undefined,
        ...more,
      },
      details: given,
    },
    0,
  );
const finds = (entry: IndexedEntry, asked: AuditFilter): boolean =>
  matches(entry, conditionOf(asked, catalogue));

test('a noun finds all its actions, and not those of a noun that begins alike', () => {
  expect(finds(eventWith({ action: 'order.refund' }), { action: 'order' })).toBe(true);
  expect(finds(eventWith({ action: 'order.refund' }), { action: 'order.refund' })).toBe(true);
  expect(finds(eventWith({ action: 'orders.pay' }), { action: 'order' })).toBe(false);
  expect(finds(eventWith({ action: 'order.refund' }), { action: 'refund' })).toBe(false);
});

test('text is found in any case, in any language, and with its quotation marks', () => {
  const entry = eventWith({}, { note: 'Said "STRASSE" in Ελλάδα ΟΔΟΣ, Ünter', a: 1 });
  for (const asked of ['said "strasse"', 'ÜNTER', 'οδοσ', 'ΟΔΟς', '"a":1', 'order.REFUND'])
    expect(finds(entry, { text: asked }), asked).toBe(true);
  expect(finds(entry, { text: 'said strasse' })).toBe(false);
});

test('a value is found at its path only, as text or number, and within lists', () => {
  const entry = eventWith({}, { a: { b: 12 }, list: ['x', { y: '12' }], 'k=1': 'v' });
  const value = (path: string, wanted: string): boolean =>
    finds(entry, { details: [{ path, value: wanted }] });
  expect(value('a.b', '12')).toBe(true);
  expect(value('list', 'x')).toBe(true);
  expect(value('list.y', '12')).toBe(true);
  expect(value('k=1', 'v')).toBe(true);
  expect(value('k', '1=v')).toBe(false);
  expect(value('a', '12')).toBe(false);
  expect(value('a.b', '1')).toBe(false);
});

test('a parameter as long as the address of a request may be reaches the engine', async () => {
  await fill([eventWith({})]);
  const wanted = `${'x'.repeat(400_000)}`;
  expect(await foundBySql(conditionOf({ text: wanted }, catalogue))).toEqual([]);
  expect(await foundBySql(conditionOf({ text: 'usr_1' }, catalogue))).toEqual(['general/0']);
});
