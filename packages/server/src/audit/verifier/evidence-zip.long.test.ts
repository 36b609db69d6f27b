import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { act, openEvidenceIn } from './evidence-fixture.ts';
import type { EvidencePlace } from './evidence-places.ts';

const work = mkdtempSync(join(tmpdir(), 'custos-evidence-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('ten thousand events are written with memory that does not grow with their number', async () => {
  const fixture = await openEvidenceIn(work);
  const places: EvidencePlace[] = [];
  for (let start = 0; start < 10_000; start += 500) {
    places.push(
      ...(await fixture.record(
        'general',
        Array.from({ length: 500 }, (_, at) => act(start + at, { note: 'n'.repeat(6_000) })),
      )),
    );
  }
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const live = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = live();
  let [bytes, pieces, most, largest] = [0, 0, 0, 0];
  for await (const piece of await fixture.evidence.export({ places, fields: ['address'] })) {
    bytes += piece.length;
    pieces += 1;
    largest = Math.max(largest, piece.length);
    if (pieces % 2_000 === 0) most = Math.max(most, live());
  }
  // The leaves alone are 60 MB, and the archive has them in three files.
  expect(bytes).toBeGreaterThan(60_000_000);
  expect(pieces).toBeGreaterThan(20_000);
  expect(largest).toBeLessThan(4_000_000);
  expect(most - before).toBeLessThan(40_000_000);
  await fixture.close();
});
