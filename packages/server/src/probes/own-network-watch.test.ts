import { expect, test } from 'vitest';
import { createManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { createOwnNetworkWatch, evidenceOf } from './own-network-watch.ts';
import type { CheckOutcome } from './types.ts';

const outcome = (status: CheckOutcome['status'], doubt = false): CheckOutcome => ({
  status,
  latencyMs: 5,
  message: 'the name was not resolved',
  values: {},
  doubt,
});
const doubtful = outcome('down', true);

function watch(witnesses: readonly (() => Promise<CheckOutcome>)[], selfCheck: boolean | null = null) {
  const clock = createManualClock();
  let inquiries = 0;
  const made = createOwnNetworkWatch({
    clock,
    log: silentLogger,
    witnesses: () => {
      inquiries += 1;
      return witnesses;
    },
    selfCheck: async () => selfCheck,
  });
  return { clock, watch: made, inquiries: () => inquiries };
}

test('doubts that come together ask their witnesses once', async () => {
  const { watch: network, inquiries } = watch([async () => doubtful]);
  const judged = await Promise.all(['a', 'b', 'c'].map((id) => network.judge(id, doubtful)));
  expect(judged.map(({ status }) => status)).toEqual(['inconclusive', 'inconclusive', 'inconclusive']);
  expect(inquiries()).toBe(1);
  expect(network.faultSince()).not.toBeNull();
  network.reached();
  expect(network.faultSince()).toBeNull();
});

test('a witness that hangs is waited for three seconds and then the host is asked', async () => {
  const hanging = () => new Promise<CheckOutcome>(() => undefined);
  for (const [selfCheck, status] of [
    [false, 'inconclusive'],
    [true, 'down'],
    [null, 'down'],
  ] as const) {
    const { clock, watch: network } = watch([hanging], selfCheck);
    const judging = network.judge('a', doubtful);
    await clock.advance(3000);
    expect((await judging).status).toBe(status);
  }
});

test('a witness that fails clearly has been reached, one that says nothing has not', () => {
  expect(evidenceOf({ ...outcome('down'), values: { status_code: 500 } })).toBe('reached');
  expect(evidenceOf(outcome('up'))).toBe('reached');
  expect(evidenceOf(outcome('down'))).toBe('nothing');
  expect(evidenceOf(doubtful)).toBe('doubt');
});
