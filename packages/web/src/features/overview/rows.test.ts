import { expect, test } from 'vitest';
import { combinedBeats, rowsOf, type OverviewService } from './rows.ts';

function service(id: string, status: string, probes: number): OverviewService {
  return {
    id,
    status,
    probes: Array.from({ length: probes }, (_, index) => ({ id: `${id}-${index}`, status: 'up', beats: [] })),
  } as unknown as OverviewService;
}

const shape = (services: OverviewService[]): string =>
  rowsOf(services, new Map())
    .map((row) => (row.type === 'service' ? row.service.id : '.'))
    .join('');

test('with few probes everything is shown', () => {
  expect(shape([service('a', 'up', 2), service('b', 'up', 1)])).toBe('a..b.');
});

test('with many probes only what is wrong stands open, and it stands first', () => {
  expect(shape([service('a', 'up', 80), service('b', 'down', 2)])).toBe('b..a');
});

test('what the person chose wins', () => {
  const rows = rowsOf([service('a', 'up', 2)], new Map([['a', false]]));
  expect(rows).toHaveLength(1);
});

test('the bar of a service shows the worst of its probes at each place from the end', () => {
  const beats = (...statuses: string[]) => statuses.map((status, at) => ({ at, status, latencyMs: 1 }));
  const both = {
    ...service('a', 'up', 0),
    probes: [{ beats: beats('up', 'up', 'down') }, { beats: beats('degraded', 'up') }],
  } as unknown as OverviewService;
  expect(combinedBeats(both).map((beat) => beat.status)).toEqual(['up', 'degraded', 'down']);
});
