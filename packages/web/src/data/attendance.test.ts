import { afterEach, expect, test, vi } from 'vitest';
import { watchAttendance, withAttendance } from './attendance.ts';

afterEach(() => {
  vi.useRealTimers();
});

const says = (init: RequestInit | undefined): string | null =>
  new Headers(init?.headers).get('custos-unattended');

test('requests say that nobody is at the page once it was not touched for a minute, and no longer', () => {
  vi.useFakeTimers();
  const page = new EventTarget() as unknown as Window;
  const end = watchAttendance(page);
  const init = { method: 'POST', headers: { accept: 'application/json' } };
  expect(withAttendance(init)).toBe(init);
  vi.advanceTimersByTime(59_999);
  expect(withAttendance(init)).toBe(init);
  vi.advanceTimersByTime(1);
  expect(says(withAttendance(init))).toBe('1');
  expect(says(withAttendance(undefined))).toBe('1');
  expect(new Headers(withAttendance(init)?.headers).get('accept')).toBe('application/json');
  page.dispatchEvent(new Event('keydown'));
  expect(says(withAttendance(init))).toBeNull();
  vi.advanceTimersByTime(120_000);
  end();
  // Nobody looks any more, so nothing is said.
  expect(says(withAttendance(init))).toBeNull();
});
