import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually, isAlive, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createColumns } from '../../storage/columns/create.ts';
import type { LeafEvent } from '../events/types.ts';
import { testOptions } from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import { allPages, placesOf, testIndex } from './index-fixture.ts';
import { readEntry } from './indexed-entry.ts';
import type { AuditIndex, AuditIndexOptions } from './service.ts';
import type { AuditFilter, FoundEvent, IndexedLedger } from './types.ts';
import { createVariedLedger, variedLeaf, type VariedLedger } from './varied-events-fixture.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

function directory(): string {
  const made = temporaryDirectory();
  cleanUp.push(made.remove);
  return made.path;
}

async function openColumns(path = directory()): Promise<Columns> {
  const columns = testColumns({ dataDirectory: path });
  cleanUp.push(() => columns.stop());
  await columns.start();
  await columns.ready();
  return columns;
}

const noColumns = (): Columns =>
  createColumns({ url: 'off', dataDirectory: '/nowhere', clock: systemClock, log: silentLogger });

function index(columns: Columns, ledger: IndexedLedger, more: Partial<AuditIndexOptions> = {}): AuditIndex {
  const made = testIndex(columns, ledger, more);
  cleanUp.push(() => made.stop());
  return made;
}

/** An index that has everything. */
async function settled(columns: Columns, ledger: IndexedLedger): Promise<AuditIndex> {
  const made = index(columns, ledger);
  await made.start();
  expect(await made.settle(20_000)).toBe(true);
  return made;
}

const start = 1_767_225_600_000;
const varied = (logs: Record<string, number>): VariedLedger =>
  createVariedLedger({ logs, start, stepMs: 100 });

/** What a search must find, by looking at every entry. */
async function naive(
  ledger: IndexedLedger,
  keep: (event: LeafEvent, log: string) => boolean,
): Promise<string[]> {
  const all: FoundEvent[] = [];
  for (const log of ledger.names()) {
    const reader = ledger.reader(log);
    const from = reader.minimumIndex();
    for (const [place, bytes] of (await reader.entries(from, reader.head().size)).entries()) {
      const { event } = readEntry(log, from + place, bytes);
      if (event !== null && keep(event, log)) all.push({ log, index: from + place, event });
    }
  }
  const key = ({ event, log, index: at }: FoundEvent): string =>
    `${event.receivedTime} ${event.id} ${log} ${String(at).padStart(9, '0')}`;
  return placesOf(all.toSorted((left, right) => (key(left) < key(right) ? 1 : -1)));
}

const pagesOf = (from: AuditIndex, filter: AuditFilter, limit = 50): Promise<FoundEvent[]> =>
  allPages((after) => from.search(filter, { after, limit }));

/** Filters with answers of different sizes, and the same by hand. */
const questions: readonly (readonly [AuditFilter, (event: LeafEvent, log: string) => boolean])[] = [
  [{}, () => true],
  [{ log: 'security' }, (_, log) => log === 'security'],
  [{ action: 'order' }, ({ action }) => action.startsWith('order.')],
  [
    { outcome: 'denied', type: 'data.access' },
    ({ outcome, type }) => outcome === 'denied' && type === 'data.access',
  ],
  [{ category: 'access violation' }, ({ type }) => type === 'access.violation'],
  [{ text: 'LANTERN meadow' }, (event) => JSON.stringify(event).includes('lantern meadow')],
  [{ details: [{ path: 'currency', value: 'CHF' }] }, ({ details }) => details['currency'] === 'CHF'],
  [
    { from: start + 5_000, to: start + 20_000 },
    ({ receivedTime }) =>
      Date.parse(receivedTime) >= start + 5_000 && Date.parse(receivedTime) < start + 20_000,
  ],
];

async function expectAnswers(from: AuditIndex, ledger: IndexedLedger): Promise<void> {
  for (const [filter, keep] of questions) {
    expect(placesOf(await pagesOf(from, filter)), JSON.stringify(filter)).toEqual(await naive(ledger, keep));
  }
}

describe('searching', () => {
  test('finds the same from the index, from the tail, from both, and with columns off', async () => {
    const ledger = varied({ general: 700, security: 400, financial: 30 });
    const whole = await settled(await openColumns(), ledger);
    await expectAnswers(whole, ledger);
    await whole.stop();

    // Nothing follows the logs any more: what comes now is tail.
    ledger.grow('general', 1_000);
    ledger.grow('financial', 31);
    await expectAnswers(whole, ledger);
    expect(whole.status().logs.map(({ behind }) => behind)).toEqual([300, 0, 1]);

    await expectAnswers(index(noColumns(), ledger), ledger);
  }, 60_000);

  test('finds by actor, target, party, request, trace and id', async () => {
    const ledger = varied({ general: 3_000 });
    const made = await settled(await openColumns(), ledger);
    const wanted = readEntry('general', 1234, variedLeaf('general', 1234, start + 123_400))
      .event as LeafEvent;
    const target = wanted.target?.id ?? '';
    const traced = (await naive(ledger, ({ traceId }) => traceId !== undefined)).at(0)?.split('/')[1];
    const trace = (await ledger.reader('general').entries(Number(traced), Number(traced) + 1))[0] as Buffer;
    const { traceId } = JSON.parse(trace.toString()) as LeafEvent;
    for (const filter of [{ target }, { party: target }, { actor: wanted.actor.id, target }])
      expect(placesOf(await pagesOf(made, filter))).toEqual(['general/1234']);
    expect(placesOf(await pagesOf(made, { party: wanted.actor.id }))).toEqual(
      await naive(ledger, ({ actor }) => actor.id === wanted.actor.id),
    );
    expect(placesOf(await pagesOf(made, { traceId }))).toEqual([`general/${traced}`]);
    expect(await made.find(wanted.id)).toEqual({ log: 'general', index: 1234, event: wanted });
    expect(await made.find('aud_unknown')).toBeUndefined();
    ledger.grow('general', 3_001);
    const newest = readEntry('general', 3000, variedLeaf('general', 3000, start + 300_000))
      .event as LeafEvent;
    expect((await made.find(newest.id))?.index).toBe(3000);
  }, 60_000);

  test('an event is found as soon as it was acknowledged, also when the question was asked before', async () => {
    const path = directory();
    const ledger = await openLedger(testOptions(join(path, 'ledger'), systemClock));
    cleanUp.push(() => ledger.close());
    const made = index(await openColumns(), ledger);
    await made.start();
    for (let number = 0; number < 400; number += 1) {
      const log = number % 3 === 0 ? 'security' : 'general';
      const leaf = variedLeaf(log, number, Date.now());
      const { index: at } = await ledger.append(log, leaf);
      const { id } = JSON.parse(leaf.toString()) as LeafEvent;
      expect(
        (await made.search({}, { after: null, limit: 5 })).events.map(({ event }) => event.id),
      ).toContain(id);
      expect(await made.find(id)).toMatchObject({ log, index: at });
    }
    expect((await pagesOf(made, {}, 7)).length).toBe(400);
  }, 60_000);

  test('pages neither repeat nor skip an event while others are appended', async () => {
    const ledger = varied({ general: 500, security: 500 });
    const made = await settled(await openColumns(), ledger);
    const before = await naive(ledger, () => true);
    let grown = 500;
    const seen = await allPages(
      (after) => made.search({}, { after, limit: 37 }),
      async () => {
        grown += 20;
        ledger.grow('general', grown);
        ledger.grow('security', grown);
        await made.settle(5_000);
      },
    );
    expect(placesOf(seen)).toEqual(before);
  }, 60_000);

  test('events of one time and one id each have their place', async () => {
    const twin = variedLeaf('general', 1, start);
    const ledger = await openLedger(testOptions(join(directory(), 'ledger'), systemClock));
    cleanUp.push(() => ledger.close());
    await ledger.appendMany(
      'general',
      Array.from({ length: 9 }, () => twin),
    );
    await ledger.appendMany(
      'security',
      Array.from({ length: 4 }, () => twin),
    );
    const made = await settled(await openColumns(), ledger);
    const found = placesOf(await pagesOf(made, {}, 2));
    expect(new Set(found).size).toBe(13);
    expect(found.length).toBe(13);
  });

  test('a repeated question is not asked of the engine again, and its answer is never old', async () => {
    const ledger = varied({ general: 2_000 });
    const columns = await openColumns();
    let asked = 0;
    const counting: Columns = {
      ...columns,
      query: (sql, ...rest) => {
        if (sql.includes('ORDER BY received_ms DESC')) asked += 1;
        return columns.query(sql, ...rest);
      },
    };
    const made = await settled(counting, ledger);
    const filter = { action: 'order' };
    const first = await made.search(filter, { after: null, limit: 20 });
    expect(await made.search(filter, { after: null, limit: 20 })).toEqual(first);
    expect(asked).toBe(1);
    for (let size = 2_001; size < 2_200; size += 7) {
      ledger.grow('general', size);
      const page = await made.search(filter, { after: null, limit: 20 });
      const expected = (await naive(ledger, ({ action }) => action.startsWith('order.'))).slice(0, 20);
      expect(placesOf(page.events)).toEqual(expected);
    }
    expect(asked).toBe(1);
    const next = await made.search(filter, { after: first.next, limit: 20 });
    expect(next.events.length).toBe(20);
    expect(asked).toBe(2);
    ledger.prune('general', 1_999);
    const pruned = await made.search(filter, { after: null, limit: 20 });
    expect(placesOf(pruned.events)).toEqual(
      (await naive(ledger, ({ action }) => action.startsWith('order.'))).slice(0, 20),
    );
  }, 60_000);

  test('without the index the newest are found in a log of any length, and what is not read is refused', async () => {
    const ledger = varied({ general: 60_000, security: 10 });
    const made = index(noColumns(), ledger);
    const page = await made.search({}, { after: null, limit: 20 });
    expect(placesOf(page.events)).toEqual(
      Array.from({ length: 20 }, (_, place) => `general/${59_999 - place}`),
    );
    const recent = await made.search(
      { from: start + 5_000_000, text: 'no such text' },
      { after: null, limit: 20 },
    );
    expect(recent.events).toEqual([]);
    await expect(made.search({ text: 'no such text' }, { after: null, limit: 20 })).rejects.toMatchObject({
      code: 'audit_index_behind',
      status: 503,
    });
    await expect(made.find('aud_unknown')).rejects.toMatchObject({ code: 'audit_index_behind' });
    expect(made.status()).toMatchObject({ state: 'away' });
  }, 60_000);

  test('a page of no or too many events is refused', async () => {
    const made = index(noColumns(), varied({ general: 1 }));
    for (const limit of [0, 1001, Number.NaN])
      await expect(made.search({}, { after: null, limit })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('counting', () => {
  test('histogram and most frequent values count index and tail together, each event once', async () => {
    const ledger = varied({ general: 900, security: 300 });
    const made = await settled(await openColumns(), ledger);
    await made.stop();
    ledger.grow('general', 1_000);
    const filter = { action: 'order' };
    const matching = async (keep: (event: LeafEvent) => boolean): Promise<number> =>
      (await naive(ledger, (event) => event.action.startsWith('order.') && keep(event))).length;
    const steps = await made.histogram(filter, { from: start, to: start + 100_000, stepMs: 7_000 });
    expect(steps.length).toBe(15);
    for (const { at, count } of steps) {
      const within = ({ receivedTime }: LeafEvent): boolean =>
        Date.parse(receivedTime) >= at && Date.parse(receivedTime) < Math.min(at + 7_000, start + 100_000);
      expect(count).toBe(await matching(within));
    }
    for (const field of ['action', 'outcome', 'source', 'type'] as const) {
      const top = await made.top(filter, field, 3);
      expect(top.length).toBeGreaterThan(0);
      for (const { value, count } of top)
        expect(count).toBe(await matching((event) => event[field] === value));
      expect(top.map(({ count }) => count)).toEqual(top.map(({ count }) => count).toSorted((a, b) => b - a));
    }
    const actors = new Map<string, number>();
    await naive(ledger, ({ actor }) => {
      actors.set(actor.id ?? '', (actors.get(actor.id ?? '') ?? 0) + 1);
      return false;
    });
    const expected = [...actors].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 5);
    expect(await made.top({}, 'actor', 5)).toEqual(expected.map(([value, count]) => ({ value, count })));
    await expect(made.histogram({}, { from: 0, to: 1e9, stepMs: 1 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  }, 60_000);

  test('security events are grouped by source; the intake tells of others and of how many', async () => {
    const leaf = (number: number, more: Record<string, unknown>): Buffer =>
      Buffer.from(
        JSON.stringify({
          ...(JSON.parse(variedLeaf('s', number, start + number).toString()) as object),
          ...more,
        }),
      );
    const ledger = await openLedger(testOptions(join(directory(), 'ledger'), systemClock));
    cleanUp.push(() => ledger.close());
    const login = { type: 'authentication.login', source: 'shop' };
    const flood = (source: string, count: number): Record<string, unknown> => ({
      type: 'intake.invalid',
      source: 'custos',
      outcome: 'denied',
      actor: { type: 'source', id: source },
      details: { count },
    });
    const leaves = [
      leaf(0, { ...login, outcome: 'failed' }),
      leaf(1, { ...login, outcome: 'failed' }),
      leaf(2, { ...login, outcome: 'succeeded' }),
      leaf(3, { type: 'access.violation', source: 'shop', outcome: 'denied' }),
      leaf(4, flood('crm', 40)),
      leaf(5, { type: 'consent.changed', source: 'crm', outcome: 'denied' }),
      leaf(6, flood('crm', 2)),
    ];
    const expected = [
      {
        source: 'shop',
        count: 3,
        occurrences: 3,
        kinds: [
          { type: 'authentication.login', outcome: 'failed', count: 2 },
          { type: 'access.violation', outcome: 'denied', count: 1 },
        ],
        first: start,
        last: start + 3,
      },
      {
        source: 'crm',
        count: 2,
        occurrences: 42,
        kinds: [{ type: 'intake.invalid', outcome: 'denied', count: 2 }],
        first: start + 4,
        last: start + 6,
      },
    ];
    await ledger.appendMany('security', leaves.slice(0, 5));
    const made = await settled(await openColumns(), ledger);
    await made.stop();
    await ledger.appendMany('security', leaves.slice(5));
    expect(await made.securityGroups({ from: start, to: start + 100 })).toEqual(expected);
    const bare = index(noColumns(), ledger);
    expect(await bare.securityGroups({ from: start, to: start + 100 })).toEqual(expected);
  }, 60_000);
});

describe('the index and the log', () => {
  test('are compared range by range: equal, and what is missing or changed is named', async () => {
    const ledger = varied({ general: 70_000, security: 50 });
    const columns = await openColumns();
    const made = await settled(columns, ledger);
    const equal = await made.checkCompleteness();
    expect(equal.ok).toBe(true);
    expect(equal.logs.map(({ log, from, to, behind }) => ({ log, from, to, behind }))).toEqual([
      { log: 'general', from: 0, to: 70_000, behind: 0 },
      { log: 'security', from: 0, to: 50, behind: 0 },
    ]);
    for (const log of equal.logs) expect(log.foundDigest).toBe(log.expectedDigest);

    await columns.command(
      "ALTER TABLE audit_event DELETE WHERE log = 'general' AND idx IN (68000, 68001) SETTINGS mutations_sync = 1",
    );
    await columns.command(
      "ALTER TABLE audit_event UPDATE leaf = replace(leaf, 'usr_', 'usr-') WHERE log = 'security' AND idx = 7 SETTINGS mutations_sync = 1",
    );
    const broken = await made.checkCompleteness();
    expect(broken.ok).toBe(false);
    expect(broken.logs.map(({ differing }) => differing)).toEqual([
      [{ from: 65_536, to: 70_000, expected: 4_464, found: 4_462, indexes: [68_000, 68_001] }],
      [{ from: 0, to: 50, expected: 50, found: 50, indexes: [7] }],
    ]);
    expect(made.status().lastCheck).toEqual(broken);

    await made.rebuild();
    expect((await made.checkCompleteness()).ok).toBe(true);
    expect(made.status().rebuild).toBeNull();
  }, 120_000);

  test('the largest entries are indexed, in as many blocks as they need', async () => {
    const ledger = await openLedger(testOptions(join(directory(), 'ledger'), systemClock));
    cleanUp.push(() => ledger.close());
    const base = JSON.parse(variedLeaf('general', 1, start).toString()) as object;
    const large = Buffer.from(JSON.stringify({ ...base, details: { note: '\\é"'.repeat(8_500) } }));
    expect(large.length).toBeGreaterThan(50_000);
    expect(large.length).toBeLessThan(65_536);
    for (let batch = 0; batch < 5; batch += 1)
      await ledger.appendMany(
        'general',
        Array.from({ length: 100 }, () => large),
      );
    const columns = await openColumns();
    const made = await settled(columns, ledger);
    expect(made.status().lastError).toBeNull();
    expect((await made.checkCompleteness()).ok).toBe(true);
    expect((await made.search({ text: '\\É"\\é' }, { after: null, limit: 1000 })).events.length).toBe(500);
  }, 120_000);

  test('a rebuilt index gives the same answers', async () => {
    const ledger = varied({ general: 800, security: 300 });
    const columns = await openColumns();
    const made = await settled(columns, ledger);
    const table = (): Promise<unknown[]> => columns.query('SELECT * FROM audit_event ORDER BY log, idx');
    const before = await table();
    await made.rebuild();
    expect(await table()).toEqual(before);
    await expectAnswers(made, ledger);
  }, 60_000);

  test('everything is found while the index is being rebuilt', async () => {
    const ledger = varied({ general: 6_000 });
    const made = await settled(await openColumns(), ledger);
    const all = await naive(ledger, () => true);
    const rebuilt = made.rebuild();
    await expect(made.rebuild()).rejects.toMatchObject({ code: 'conflict' });
    let [done, rounds] = [false, 0];
    void rebuilt.then(
      () => (done = true),
      () => (done = true),
    );
    while (!done || rounds === 0) {
      rounds += 1;
      // Asked differently each time, so that no answer comes from the cache.
      const page = await made.search({ to: start + 10_000_000 + rounds }, { after: null, limit: 1000 });
      expect(placesOf(page.events)).toEqual(all.slice(0, 1000));
    }
    await rebuilt;
  }, 60_000);

  test('rows below the minimum index are removed, and are not found before they are', async () => {
    const ledger = varied({ general: 900, security: 300 });
    const columns = await openColumns();
    const made = await settled(columns, ledger);
    ledger.prune('general', 500);
    expect(placesOf(await pagesOf(made, {}))).toEqual(await naive(ledger, () => true));
    expect((await made.top({ log: 'general' }, 'type', 10)).reduce((sum, { count }) => sum + count, 0)).toBe(
      400,
    );
    const rows = async (): Promise<number> =>
      (await columns.query<{ n: number }>("SELECT count() AS n FROM audit_event WHERE log = 'general'"))[0]
        ?.n ?? 0;
    await eventually(async () => (await rows()) === 400);
    expect((await made.checkCompleteness()).ok).toBe(true);
    await made.stop();
    // A start with everything below pruned goes on from there.
    const again = await settled(columns, ledger);
    expect(placesOf(await pagesOf(again, {}))).toEqual(await naive(ledger, () => true));
  }, 60_000);

  test('rows that are there twice, and gaps, are seen by nobody', async () => {
    const ledger = varied({ general: 500 });
    const columns = await openColumns();
    const made = await settled(columns, ledger);
    await made.stop();
    await columns.command('INSERT INTO audit_event SELECT * FROM audit_event WHERE idx >= 100 AND idx < 300');
    await columns.command(
      'ALTER TABLE audit_event DELETE WHERE idx >= 350 AND idx < 360 SETTINGS mutations_sync = 1',
    );
    const again = await settled(columns, ledger);
    await expectAnswers(again, ledger);
    expect((await again.top({}, 'type', 10)).reduce((sum, { count }) => sum + count, 0)).toBe(500);
    const [counts] = await columns.query<{ most: number; least: number }>(
      'SELECT max(n) AS most, min(n) AS least FROM (SELECT idx, count() AS n FROM audit_event WHERE idx >= 300 GROUP BY idx)',
    );
    // Filling the gap did not send again what was above it.
    expect(counts).toEqual({ most: 1, least: 1 });
    expect((await again.checkCompleteness()).ok).toBe(true);
  }, 60_000);

  test('a node that does not keep the rows follows those of another', async () => {
    const ledger = varied({ general: 300 });
    const columns = await openColumns();
    const watcher = index(columns, ledger, { mayWrite: () => false });
    await watcher.start();
    expect((await watcher.search({}, { after: null, limit: 1000 })).events.length).toBe(300);
    await expect(watcher.rebuild()).rejects.toMatchObject({ code: 'conflict' });
    await settled(columns, ledger);
    await eventually(() => watcher.status().logs[0]?.behind === 0);
    expect((await columns.query('SELECT count() AS n FROM audit_event'))[0]).toEqual({ n: 300 });
    await expectAnswers(watcher, ledger);
  }, 60_000);
});

describe('when the engine goes away', () => {
  test('a killed engine costs no answer, and no row is missing or there twice', async () => {
    const ledger = varied({ general: 0, security: 0 });
    const columns = await openColumns();
    const made = index(columns, ledger);
    await made.start();
    let size = 0;
    for (let kill = 0; kill < 6; kill += 1) {
      for (let step = 0; step < 8; step += 1) {
        size += 150;
        ledger.grow('general', size);
        ledger.grow('security', Math.floor(size / 3));
        const page = await made.search({}, { after: null, limit: 3 });
        expect(placesOf(page.events)).toEqual((await naive(ledger, () => true)).slice(0, 3));
        if (step === kill) {
          const { pid } = columns.status();
          if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
        }
      }
    }
    await columns.ready();
    await eventually(() => made.settle(1_000), 20_000);
    const [row] = await columns.query<{ n: number; distinct: number }>(
      'SELECT count() AS n, uniqExact(log, idx) AS distinct FROM audit_event',
    );
    const total = size + Math.floor(size / 3);
    expect(row).toEqual({ n: total, distinct: total });
    expect((await made.checkCompleteness()).ok).toBe(true);
  }, 120_000);

  test('an engine that comes back empty is filled again, and nothing is missed meanwhile', async () => {
    const ledger = varied({ general: 400 });
    const path = directory();
    const columns = await openColumns(path);
    const made = await settled(columns, ledger);
    const { pid } = columns.status();
    await columns.command('TRUNCATE TABLE audit_event');
    process.kill(pid as number, 'SIGKILL');
    await eventually(() => columns.status().restarts === 1 && columns.status().state === 'up');
    expect(placesOf(await pagesOf(made, {}))).toEqual(await naive(ledger, () => true));
    await eventually(() => made.settle(1_000));
    expect((await made.checkCompleteness()).ok).toBe(true);
  }, 60_000);
});
