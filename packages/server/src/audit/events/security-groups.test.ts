import { expect, test } from 'vitest';
import { createSecurityGroups } from './security-groups.ts';

const at = 1_767_225_600_000;

test('occurrences of one source and kind are one event with their number, first and last time', () => {
  const groups = createSecurityGroups();
  groups.record({ kind: 'intake.rate-limited', source: 'shop', at, count: 100 });
  groups.record({ kind: 'intake.rate-limited', source: 'shop', at: at + 5000, count: 50 });
  expect(groups.take()).toEqual([
    {
      type: 'intake.rate-limited',
      outcome: 'denied',
      actor: { type: 'source', id: 'shop' },
      details: {
        count: 2,
        dropped: 150,
        first: '2026-01-01T00:00:00.000Z',
        last: '2026-01-01T00:00:05.000Z',
      },
    },
  ]);
  expect(groups.take()).toEqual([]);
});

test('a flood of made-up sources and notes stays small, and no occurrence is lost from the count', () => {
  const groups = createSecurityGroups(10);
  for (let index = 0; index < 5000; index += 1) {
    groups.record({
      kind: 'intake.blocked',
      source: `s${index}`,
      at,
      count: 1,
      notes: [`${index} ${'x'.repeat(9000)}`],
    });
  }
  const events = groups.take();
  expect(events.length).toBeLessThanOrEqual(31);
  expect(events.reduce((sum, { details }) => sum + Number(details['count']), 0)).toBe(5000);
  expect(events.at(-1)?.actor.id).toBe('other');
  for (const { details } of events) {
    const reasons = details['reasons'] as string[];
    expect(reasons.length).toBeLessThanOrEqual(20);
    expect(reasons.every((reason) => reason.length <= 500)).toBe(true);
  }
});

test('what was put back is counted together with what came meanwhile', () => {
  const groups = createSecurityGroups();
  groups.record({ kind: 'intake.invalid', source: 'shop', at, count: 3, notes: ['outcome'] });
  groups.take();
  groups.record({ kind: 'intake.invalid', source: 'shop', at: at + 1000, count: 4, notes: ['time'] });
  groups.putBack();
  expect(groups.take()).toMatchObject([
    {
      details: {
        count: 7,
        first: '2026-01-01T00:00:00.000Z',
        last: '2026-01-01T00:00:01.000Z',
        fields: ['time', 'outcome'],
      },
    },
  ]);
  groups.putBack();
  groups.putBack();
  expect(groups.take()).toHaveLength(1);
});
