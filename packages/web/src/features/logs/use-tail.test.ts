import type { LogRecordView } from '@custos/contract';
import { expect, test } from 'vitest';
import { nextTail } from './use-tail.ts';

const record = (id: string): LogRecordView => ({
  id,
  time: 0,
  category: 'application',
  severity: 'info',
  service: '',
  host: '',
  traceId: null,
  spanId: null,
  message: id,
  attributes: {},
  masked: [],
});
const start = { records: [record('a')], waiting: [], skipped: 0, state: 'live' } as const;
const came = (held: boolean, ...ids: string[]) => ({ kind: 'came', records: ids.map(record), held }) as const;
const ids = (records: readonly LogRecordView[]): string => records.map(({ id }) => id).join('');

test('what comes stands on top, and waits while the list is held', () => {
  const shown = nextTail(start, came(false, 'b', 'c'));
  expect(ids(shown.records)).toBe('cba');
  const held = nextTail(nextTail(shown, came(true, 'd')), came(true, 'e'));
  expect([ids(held.records), ids(held.waiting)]).toEqual(['cba', 'ed']);
  const released = nextTail(held, { kind: 'release' });
  expect([ids(released.records), ids(released.waiting)]).toEqual(['edcba', '']);
  expect(ids(nextTail(held, came(false, 'f')).records)).toBe('fedcba');
});

test('only the newest thousand are kept', () => {
  const many = Array.from({ length: 1500 }, (_, index) => String(index));
  const { records } = nextTail(start, came(false, ...many));
  expect([records.length, records[0]?.id, records.at(-1)?.id]).toEqual([1000, '1499', '500']);
  expect(nextTail(start, came(true, ...many)).waiting).toHaveLength(1000);
});
