import { expect, test } from 'vitest';
import { logRecord } from '../../../test/log-records.ts';
import { createManualClock } from '../../base/clock.ts';
import type { StoredRecord } from '../logs/types.ts';
import { parseSearch } from './language/parse.ts';
import { createTail, type TailEvent } from './tail.ts';

const record = (change: Partial<StoredRecord> = {}): StoredRecord => ({ ...logRecord(change), id: 'a-1' });

function watched(tail: ReturnType<typeof createTail>, query = '') {
  const events: TailEvent[] = [];
  const viewer = { open: true };
  const leave = tail.subscribe({
    search: parseSearch(query, 0),
    ready: () => viewer.open,
    write: (some) => void events.push(...some),
  });
  const skipped = (): number =>
    events.reduce((sum, event) => sum + (event.type === 'skipped' ? event.records : 0), 0);
  const shown = (): number => events.filter(({ type }) => type === 'record').length;
  return { viewer, leave, skipped, shown };
}

test('a viewer who does not read is held a bounded number of records and loses no count of the rest', () => {
  const tail = createTail(createManualClock());
  const slow = watched(tail);
  const quick = watched(tail, 'level:error');
  slow.viewer.open = false;
  for (let round = 0; round < 20; round += 1) {
    tail.push(
      Array.from({ length: 100 }, (_, index) => record({ severity: index === 0 ? 'error' : 'info' })),
    );
    tail.flush();
  }
  expect([slow.shown(), quick.shown(), quick.skipped()]).toEqual([0, 20, 0]);
  slow.viewer.open = true;
  tail.flush();
  expect([slow.shown(), slow.skipped()]).toEqual([500, 1_500]);
});

test('few long records are bounded by their length', () => {
  const tail = createTail(createManualClock());
  const viewer = watched(tail);
  tail.push(Array.from({ length: 50 }, () => record({ message: 'x'.repeat(300_000) })));
  tail.flush();
  expect([viewer.shown(), viewer.skipped()]).toEqual([4, 46]);
});

test('when looking takes too long, the rest is left out until the next time', () => {
  let now = 0;
  // Every look at the time is 25 ms later than the one before.
  const tail = createTail({ monotonic: () => (now += 25) });
  const viewer = watched(tail);
  for (let round = 0; round < 5; round += 1) tail.push([record(), record()]);
  tail.flush();
  expect([viewer.shown(), viewer.skipped()]).toEqual([4, 6]);
  tail.push([record()]);
  tail.flush();
  expect([viewer.shown(), viewer.skipped()]).toEqual([5, 6]);
});

test('who has left is shown nothing', () => {
  const tail = createTail(createManualClock());
  const viewer = watched(tail);
  viewer.leave();
  tail.push([record()]);
  tail.flush();
  expect([viewer.shown(), tail.viewers]).toEqual([0, 0]);
});
