import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { verifyProof } from './formats/tlog-proof.ts';
import { largeLogEntry, makeLargeLog } from './large-log-fixture.ts';
import { removed, temporary, testPolicy } from './ledger-fixture.ts';

const directory = temporary();
afterAll(() => removed(directory));

test('receipts of a large log verify', async () => {
  const size = 200_000;
  const reader = await makeLargeLog(directory, size, systemClock);
  for (const index of [0, 255, 256, 65_536, 123_456, size - 1]) {
    const receipt = await reader.receipt(index);
    expect(verifyProof(receipt, largeLogEntry(index), testPolicy())).toMatchObject({ valid: true, index });
  }
});
