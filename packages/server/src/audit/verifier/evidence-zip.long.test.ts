import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import { act, openEvidence } from './evidence-fixture.ts';
import type { EvidencePlace } from './evidence-places.ts';

const work = mkdtempSync(join(tmpdir(), 'custos-evidence-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('ten thousand events are written with memory that does not grow with their number', async () => {
  const state = await openState({
    url: `sqlite:${join(work, 'large.sqlite')}`,
    clock: systemClock,
    log: silentLogger,
  });
  const fixture = await openEvidence(state);
  const places: EvidencePlace[] = [];
  for (let start = 0; start < 10_000; start += 500) {
    places.push(
      ...(await fixture.record(
        'general',
        Array.from({ length: 500 }, (_, at) => act(start + at, { note: 'n'.repeat(at) })),
      )),
    );
  }
  let bytes = 0;
  let largest = 0;
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  for await (const piece of await fixture.evidence.export({ places, fields: 'all' })) {
    bytes += piece.length;
    largest = Math.max(largest, piece.length);
    if (bytes % 16 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  expect(bytes).toBeGreaterThan(20_000_000);
  expect(largest).toBeLessThan(4_000_000);
  expect(most - before).toBeLessThan(250_000_000);
  await fixture.close();
  await state.close();
}, 120_000);
