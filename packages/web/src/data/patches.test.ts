import type { AlertView, Overview } from '@custos/contract';
import { expect, test } from 'vitest';
import { withAlert, withResults, withStatus } from './patches.ts';

const probe = (id: string) => ({
  id,
  status: 'up',
  beats: [{ at: 1, status: 'up', latencyMs: 5 }],
  latencyMs: 5,
});
const overview = {
  services: [
    { id: 'a', probes: [probe('one')] },
    { id: 'b', probes: [probe('two')] },
  ],
  openAlerts: [],
} as unknown as Overview;

const result = { probeId: 'one', at: 2, status: 'down', latencyMs: null, message: 'refused' } as const;

test('a result is added to its probe and leaves other services untouched', () => {
  const next = withResults(overview, [result]);
  expect(next.services[0]?.probes[0]?.beats.map((beat) => beat.status)).toEqual(['up', 'down']);
  expect(next.services[0]?.probes[0]?.latencyMs).toBeNull();
  expect(next.services[1]).toBe(overview.services[1]);
});

test('a result that is already shown is not shown twice', () => {
  const once = withResults(overview, [result]);
  expect(withResults(once, [result]).services[0]?.probes[0]?.beats).toHaveLength(2);
});

test('the bar keeps a bounded number of beats', () => {
  const many = Array.from({ length: 500 }, (_, index) => ({ ...result, at: 10 + index }));
  const beats = withResults(overview, many).services[0]?.probes[0]?.beats ?? [];
  expect(beats).toHaveLength(60);
  expect(beats.at(-1)?.at).toBe(509);
});

test('a change of status carries its reason', () => {
  const change = { probeId: 'two', at: 9, from: 'up', to: 'down', reason: 'refused' } as const;
  const changed = withStatus(overview, change).services[1]?.probes[0];
  expect(changed).toMatchObject({ status: 'down', statusReason: 'refused', statusSince: 9 });
});

test('an alert appears once, changes in place and goes when it is resolved', () => {
  const alert = { id: 'alr', state: 'firing' } as AlertView;
  const open = withAlert(withAlert(overview, alert), alert);
  expect(open.openAlerts).toEqual([alert]);
  const taken = withAlert(open, { ...alert, state: 'acknowledged' });
  expect(taken.openAlerts.map(({ state }) => state)).toEqual(['acknowledged']);
  expect(withAlert(taken, { ...alert, state: 'resolved' }).openAlerts).toEqual([]);
});
