import { expect, test } from 'vitest';
import { calendarOf } from './calendar.ts';

const berlin = 'Europe/Berlin';

function dueTimes(cron: string, from: string, count: number): string[] {
  const calendar = calendarOf({ cron, timeZone: berlin });
  const times: string[] = [];
  for (let at = Date.parse(from); times.length < count;) {
    at = calendar.after(at, 0);
    times.push(new Date(at).toISOString());
  }
  return times;
}

test('a daily time that the clocks skip in spring is due right after the gap', () => {
  expect(dueTimes('30 2 * * *', '2026-03-28T00:00:00Z', 3)).toEqual([
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
});

test('a daily time that comes twice in autumn is due once', () => {
  expect(dueTimes('30 2 * * *', '2026-10-24T00:00:00Z', 3)).toEqual([
    '2026-10-24T00:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
});

test('a repeating time keeps its pace through both changes', () => {
  for (const from of ['2026-03-29T00:00:00Z', '2026-10-24T23:30:00Z']) {
    const times = dueTimes('*/30 * * * *', from, 8).map((time) => Date.parse(time));
    for (const [index, time] of times.entries())
      expect(time).toBe(Date.parse(from) + (index + 1) * 1_800_000);
  }
});

test('the latest due time is the one at or before a moment', () => {
  const daily = calendarOf({ cron: '0 3 * * *' });
  const three = Date.parse('2026-01-02T03:00:00Z');
  expect(daily.latest(three, 0)).toBe(three);
  expect(daily.latest(three + 999, 0)).toBe(three);
  expect(daily.latest(three - 1, 0)).toBe(three - 86_400_000);
  const interval = calendarOf({ everyMs: 1000 });
  expect(interval.latest(5300, 300)).toBe(5300);
  expect(interval.latest(5299, 300)).toBe(4300);
  expect(interval.after(5300, 300)).toBe(6300);
});

test('six fields count seconds', () => {
  expect(dueTimes('*/15 * * * * *', '2026-01-01T00:00:00Z', 2)).toEqual([
    '2026-01-01T00:00:15.000Z',
    '2026-01-01T00:00:30.000Z',
  ]);
});

test.each([
  [{ cron: '61 3 * * *' }, 'cron'],
  [{ cron: 'soon' }, 'cron'],
  [{ cron: '2026-01-01T00:00:00' }, 'cron'],
  [{ cron: '0 0 30 2 *' }, 'cron'],
  [{ cron: '0 3 * * *', timeZone: 'Mars/Olympus' }, 'timeZone'],
  [{ everyMs: 0 }, 'everyMs'],
  [{ everyMs: 1.5e3 + 0.5 }, 'everyMs'],
])('%o is refused and its field is named', (timing, field) => {
  expect(() => calendarOf(timing)).toThrow(
    expect.objectContaining({ code: 'invalid_input', fields: [expect.objectContaining({ field })] }),
  );
});
