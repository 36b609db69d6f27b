import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { createAdmission } from './admission.ts';

const limits = { perSecond: 100, burst: 200 };
const many = (length: number, isProtected: boolean) => Array.from({ length }, () => isProtected);

test('a burst of exactly 200 is taken at once, then exactly 100 in each second', async () => {
  const clock = createManualClock();
  const admission = createAdmission({ clock, ...limits });
  expect(admission.decide('shop', many(1000, false))).toMatchObject({ dropped: 800, delayMs: 0 });
  for (let second = 0; second < 5; second += 1) {
    await clock.advance(1000);
    expect(admission.decide('shop', many(1000, false)).dropped).toBe(900);
  }
  await clock.advance(10_000);
  expect(admission.decide('shop', many(1000, false)).dropped).toBe(800);
});

test('the limit is the same however the calls are spread over the second', async () => {
  const clock = createManualClock();
  const admission = createAdmission({ clock, ...limits });
  admission.decide('shop', many(200, false));
  let taken = 0;
  for (let step = 0; step < 100; step += 1) {
    await clock.advance(100);
    taken += 50 - admission.decide('shop', many(50, false)).dropped;
  }
  expect(taken).toBe(1000);
});

test('each source has a limit of its own', () => {
  const admission = createAdmission({ clock: createManualClock(), ...limits });
  expect(admission.decide('shop', many(300, false)).dropped).toBe(100);
  expect(admission.decide('bank', many(200, false)).dropped).toBe(0);
});

test('protected events are never dropped: they wait until their tokens would have come', async () => {
  const clock = createManualClock();
  const admission = createAdmission({ clock, ...limits });
  expect(admission.decide('bank', many(200, true))).toMatchObject({ dropped: 0, delayMs: 0 });
  expect(admission.decide('bank', many(100, true))).toMatchObject({ dropped: 0, delayMs: 1000 });
  expect(admission.decide('bank', many(100, true))).toMatchObject({ dropped: 0, delayMs: 2000 });
  // While the source owes tokens, its ordinary events are dropped.
  expect(admission.decide('bank', [false, true])).toEqual({
    admitted: [false, true],
    dropped: 1,
    delayMs: 2010,
  });

  let done = false;
  const waiting = admission.wait(2000).then(() => {
    done = true;
  });
  await clock.advance(1999);
  expect(done).toBe(false);
  await clock.advance(1);
  await waiting;
  expect(done).toBe(true);
});

test('a caller that goes away while it waits is told that nothing was kept', async () => {
  const clock = createManualClock();
  const admission = createAdmission({ clock, ...limits });
  const stop = new AbortController();
  const waiting = admission.wait(5000, stop.signal).catch((error: unknown) => error);
  stop.abort();
  expect(await waiting).toMatchObject({ code: 'rate_limited', status: 429 });
});

test('when too many wait the whole batch is refused, with the time after which to come back', async () => {
  const clock = createManualClock();
  const admission = createAdmission({ clock, ...limits, maxWaiting: 1000 });
  expect(admission.decide('bank', many(1200, true)).delayMs).toBe(10_000);
  expect(() => admission.decide('bank', many(1, true))).toThrow(/Nothing of this batch was kept/);
  await clock.advance(1000);
  expect(admission.decide('bank', many(100, true)).dropped).toBe(0);
});

test('made-up source names cannot fill the memory nor get round the limit', () => {
  const admission = createAdmission({ clock: createManualClock(), ...limits, maxSources: 10 });
  let taken = 0;
  for (let index = 0; index < 1000; index += 1)
    taken += 10 - admission.decide(`source-${index}`, many(10, false)).dropped;
  // Ten sources with a bucket of their own, and one bucket for all others.
  expect(taken).toBe(10 * 10 + 200);
});

test('a clock that is set back neither takes tokens away nor gives any', () => {
  const clock = createManualClock();
  const admission = createAdmission({ clock, ...limits });
  admission.decide('shop', many(200, false));
  clock.jump(-3_600_000);
  expect(admission.decide('shop', many(10, false)).dropped).toBe(10);
  clock.jump(7_200_000);
  expect(admission.decide('shop', many(10, false)).dropped).toBe(10);
});

test('over any schedule no more ordinary events pass than burst and rate allow, and every protected one does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          wait: fc.integer({ min: 0, max: 3000 }),
          events: fc.array(fc.boolean(), { maxLength: 300 }),
        }),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
      async (schedule) => {
        const clock = createManualClock();
        const admission = createAdmission({ clock, ...limits });
        let elapsed = 0;
        let ordinary = 0;
        for (const { wait, events } of schedule) {
          await clock.advance(wait);
          elapsed += wait;
          const { admitted } = admission.decide('shop', events);
          events.forEach((isProtected, index) => {
            if (isProtected) expect(admitted[index]).toBe(true);
            else if (admitted[index] === true) ordinary += 1;
          });
          expect(ordinary).toBeLessThanOrEqual(200 + (elapsed / 1000) * 100 + 1e-6);
        }
      },
    ),
    { numRuns: 25 },
  );
});
