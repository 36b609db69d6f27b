import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLargeLog } from '../../packages/server/src/audit/log/large-log-fixture.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { quantile, type Figure } from '../figure.ts';
import { rawSync } from './baselines.ts';

const receipts = 1000;

/** Receipts of events anywhere in a log of so many, tiles in the page cache. */
export async function receiptsOf(
  entries: number,
  body: (number: number) => Buffer,
): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-receipts-'));
  try {
    const raw = await rawSync(directory, body, 1000);
    const reader = await makeLargeLog(join(directory, 'large'), entries, systemClock);
    const times: number[] = [];
    for (let count = 0; count < receipts; count += 1) {
      const index = Math.floor(Math.random() * entries);
      const at = performance.now();
      await reader.receipt(index);
      times.push(performance.now() - at);
    }
    const baseline = { name: 'raw fdatasync p50, ms', value: quantile(raw.times, 0.5) };
    return [{ figure: 'receipt-10m-ms', value: quantile(times, 0.5), unit: 'ms', baseline }];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
