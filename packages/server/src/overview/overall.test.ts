import type { AlertView, Status } from '@custos/contract';
import { expect, test } from 'vitest';
import { ofKinds, overall } from './overall.ts';
import { percentile } from './traffic.ts';
import type { ProbeRow } from './types.ts';

const probe = (status: Status, kind: ProbeRow['kind'] = 'http') => ({ status, kind }) as ProbeRow;
const alert = (severity: AlertView['severity']) => ({ severity }) as AlertView;

test('one thing down is critical, one degraded a warning, and pauses are nobody’s trouble', () => {
  expect(overall([probe('up'), probe('down')], [])).toBe('critical');
  expect(overall([probe('up'), probe('degraded')], [])).toBe('warning');
  expect(overall([probe('up'), probe('paused'), probe('maintenance')], [])).toBe('healthy');
});

test('nothing known is unknown, and one unchecked probe does not spoil a healthy rest', () => {
  expect(overall([], [])).toBe('unknown');
  expect(overall([probe('unknown')], [])).toBe('unknown');
  expect(overall([probe('unknown'), probe('up')], [])).toBe('healthy');
});

test('open alerts count by their severity', () => {
  expect(overall([probe('up')], [alert('high')])).toBe('critical');
  expect(overall([probe('up')], [alert('low')])).toBe('warning');
  expect(overall([probe('up')], [alert('info')])).toBe('healthy');
});

test('a kind that is not watched is unknown, never healthy', () => {
  expect(ofKinds([probe('up')], ['redis'])).toBe('unknown');
  expect(ofKinds([probe('up'), probe('down', 'redis')], ['redis'])).toBe('critical');
});

test('percentiles are nearest rank', () => {
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  expect(percentile([], 0.5)).toBeNull();
});
