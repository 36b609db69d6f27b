import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import type { SecurityGroup } from '../index/types.ts';
import { createPendingLeafLog } from '../log/relay/pending-leaf-log.ts';
import { createSecurityCounts } from './security-counts.ts';
import { createHealthSources } from './sources.ts';
import { wellSources } from './health-fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-health-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const hourMs = 3_600_000;

function group(source: string, occurrences: number, type: string): SecurityGroup {
  const kinds = [{ type, outcome: 'denied' as const, count: 1 }];
  return { source, count: 1, occurrences, kinds, first: 0, last: 0 };
}

/** Pages of events of blocked calls, each event with its count. */
function indexOf(groups: readonly SecurityGroup[], pages: readonly (readonly number[])[] = []) {
  const asked: { from: number; to: number }[] = [];
  let searches = 0;
  return {
    asked,
    searches: () => searches,
    status: () => wellSources().index(),
    securityGroups: async (range: { from: number; to: number }) => {
      asked.push(range);
      return [...groups];
    },
    search: async () => {
      const counts = pages[searches] ?? [];
      searches += 1;
      const events = counts.map((count, index) => ({
        log: 'security',
        index,
        event: { type: 'intake.blocked', details: { count } },
      }));
      const next =
        searches < pages.length ? { receivedTime: 1, id: 'x', log: 'security', index: searches } : null;
      return { events, next } as never;
    },
  };
}

test('security events of the last hour count as what they stand for, and blocked calls among them', async () => {
  const clock = createManualClock();
  const index = indexOf(
    [group('shop', 900, 'intake.blocked'), group('bank', 3, 'access.violation')],
    [[600, 299], [1]],
  );
  expect(await createSecurityCounts({ index, clock })()).toEqual({ events: 903, blocked: 900 });
  expect(index.asked).toEqual([{ from: clock.now() + 1 - hourMs, to: clock.now() + 1 }]);
});

test('an hour without blocked calls is counted without looking for them', async () => {
  const index = indexOf([group('bank', 3, 'access.violation')]);
  const counts = createSecurityCounts({ index, clock: createManualClock() });
  expect(await counts()).toEqual({ events: 3, blocked: 0 });
  expect(index.searches()).toBe(0);
});

test('the hour is counted once a minute at most, and again at once when counting failed', async () => {
  const clock = createManualClock();
  const index = indexOf([]);
  let fails = true;
  const failing = {
    ...index,
    securityGroups: async (range: { from: number; to: number }) => {
      if (fails) throw new Error('away');
      return index.securityGroups(range);
    },
  };
  const counts = createSecurityCounts({ index: failing, clock });
  await expect(counts()).rejects.toThrow('away');
  fails = false;
  await counts();
  await clock.advance(59_999);
  await counts();
  expect(index.asked).toHaveLength(1);
  await clock.advance(1);
  await counts();
  expect(index.asked).toHaveLength(2);
});

describeOnBothStores('the figures of health', (open) => {
  test('what waits is in State, until the ledger has it, or in memory', async () => {
    const state = await open();
    const sources = createHealthSources({
      state,
      clock: createManualClock(),
      ledger: {
        health: () => ({ ...wellSources().ledger(), journal: {} as never, logs: [] }),
        figures: async () => wellSources().figures(),
      },
      index: indexOf([]),
      directory,
      hasIndex: true,
      verification: () => null,
      witnesses: () => [],
      anchors: () => [],
      buffered: () => 40,
    });
    expect(await sources.waiting()).toBe(40);
    const leaves = Array.from({ length: 3 }, (_, place) => Buffer.from(`leaf ${place}`));
    await createPendingLeafLog({ state, logs: ['general'] }).append('general', leaves);
    expect(await sources.waiting()).toBe(43);

    const { usedPercent, freeBytes } = await sources.disk();
    expect(usedPercent).toBeGreaterThan(0);
    expect(usedPercent).toBeLessThanOrEqual(100);
    expect(freeBytes).toBeGreaterThan(0);
  });
});
