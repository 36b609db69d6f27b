import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextStep, type AlertClock, type KeyHistory, type Timing } from './lifecycle.ts';

const flap = { firings: 4, windowMs: 30 * 60_000, holdMs: 5 * 60_000 };
const quiet: KeyHistory = { recentFirings: 0, lastEndedAt: null };
const at = (now: number, timing: Partial<Timing> = {}, history: KeyHistory = quiet) => ({
  timing: { forMs: 0, keepFiringForMs: 0, cooldownMs: 0, ...timing },
  history,
  now,
  flap,
});
const firing: AlertClock = {
  state: 'firing',
  paged: true,
  flapping: false,
  fireDueAt: null,
  resolveDueAt: null,
  pageDueAt: 0,
};
const pending: AlertClock = { ...firing, state: 'pending', paged: false, fireDueAt: 1000, pageDueAt: null };

test('a rule without `for` fires at once and pages at once', () => {
  expect(nextStep(null, 'holds', at(5))).toEqual({ do: 'fire', pageDueAt: 5, flapping: false });
  expect(nextStep({ ...firing, paged: false, pageDueAt: 5 }, 'holds', at(5))).toEqual({ do: 'page' });
});

test('a rule with `for` waits, and an alert that was only pending leaves no trace', () => {
  expect(nextStep(null, 'holds', at(0, { forMs: 1000 }))).toEqual({ do: 'open', fireDueAt: 1000 });
  expect(nextStep(pending, 'holds', at(999))).toBeUndefined();
  expect(nextStep(pending, 'holds', at(1000))).toMatchObject({ do: 'fire' });
  expect(nextStep(pending, 'clear', at(1000))).toEqual({ do: 'drop' });
  expect(nextStep(pending, 'suspended', at(1000))).toEqual({ do: 'drop' });
});

test('`keepFiringFor` holds an alert until it has been clear for so long', () => {
  const timing = { keepFiringForMs: 60_000 };
  expect(nextStep(firing, 'clear', at(0, timing))).toEqual({ do: 'start-clearing', resolveDueAt: 60_000 });
  const clearing = { ...firing, resolveDueAt: 60_000 };
  expect(nextStep(clearing, 'clear', at(59_999, timing))).toBeUndefined();
  expect(nextStep(clearing, 'holds', at(59_999, timing))).toEqual({ do: 'stop-clearing' });
  expect(nextStep(clearing, 'unclear', at(60_000, timing))).toEqual({ do: 'resolve' });
});

test('a key that ended a moment ago is not paged again until its cool-down is over', () => {
  const history = { recentFirings: 1, lastEndedAt: 10_000 };
  const step = nextStep(null, 'holds', at(12_000, { cooldownMs: 60_000 }, history));
  expect(step).toEqual({ do: 'fire', pageDueAt: 70_000, flapping: false });
  const waiting = { ...firing, paged: false, pageDueAt: 70_000 };
  expect(nextStep(waiting, 'holds', at(69_999))).toBeUndefined();
  expect(nextStep(waiting, 'unclear', at(70_000))).toEqual({ do: 'page' });
});

test('the fourth firing within half an hour is flapping and is held until calm', () => {
  const step = nextStep(null, 'holds', at(0, {}, { recentFirings: 3, lastEndedAt: null }));
  expect(step).toMatchObject({ do: 'fire', flapping: true });
  const held = nextStep({ ...firing, flapping: true }, 'clear', at(0));
  expect(held).toEqual({ do: 'start-clearing', resolveDueAt: flap.holdMs });
});

test('nothing that was not measured, and nothing in maintenance, ends an alert', () => {
  expect(nextStep(firing, 'unclear', at(9))).toBeUndefined();
  expect(nextStep(firing, 'suspended', at(9))).toBeUndefined();
});

test('an acknowledged alert ends like any other and is never paged again', () => {
  const acknowledged: AlertClock = { ...firing, state: 'acknowledged' };
  expect(nextStep(acknowledged, 'clear', at(9))).toEqual({ do: 'resolve' });
  expect(nextStep(acknowledged, 'holds', at(9))).toBeUndefined();
});

test('over any sequence of verdicts, an alert is paged at most once and ends at most once', () => {
  const says = fc.constantFrom('holds' as const, 'clear' as const, 'unclear' as const, 'suspended' as const);
  const timing = fc.record({
    forMs: fc.constantFrom(0, 30),
    keepFiringForMs: fc.constantFrom(0, 50),
    cooldownMs: fc.constantFrom(0, 200),
  });
  fc.assert(
    fc.property(
      timing,
      fc.array(fc.tuple(says, fc.integer({ min: 1, max: 40 })), { maxLength: 60 }),
      (rule, beats) => {
        let now = 0;
        let alert: AlertClock | null = null;
        let pages = 0;
        let lastEndedAt: number | null = null;
        for (const [verdict, wait] of beats) {
          now += wait;
          for (let steps = 0; ; steps += 1) {
            expect(steps).toBeLessThan(5);
            const step = nextStep(alert, verdict, at(now, rule, { recentFirings: 0, lastEndedAt }));
            if (step === undefined) break;
            const base: AlertClock = alert ?? { ...pending, fireDueAt: null };
            if (step.do === 'open') alert = { ...base, fireDueAt: step.fireDueAt };
            else if (step.do === 'fire') {
              alert = { ...base, state: 'firing', fireDueAt: null, pageDueAt: step.pageDueAt };
              pages = 0;
            } else if (step.do === 'page') {
              pages += 1;
              expect(pages).toBe(1);
              expect(now).toBeGreaterThanOrEqual(lastEndedAt === null ? 0 : lastEndedAt + rule.cooldownMs);
              alert = { ...base, paged: true };
            } else if (step.do === 'start-clearing') alert = { ...base, resolveDueAt: step.resolveDueAt };
            else if (step.do === 'stop-clearing') alert = { ...base, resolveDueAt: null };
            else {
              if (base.paged) lastEndedAt = now;
              alert = null;
              break;
            }
          }
        }
      },
    ),
  );
});
