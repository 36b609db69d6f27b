import type { Overview, Status } from '@custos/contract';
import { expect, test } from 'vitest';
import { sentenceOf } from './sentence.ts';

function overview(statuses: readonly Status[], status: Overview['status'] = 'healthy'): Overview {
  const counts: Partial<Record<Status, number>> = {};
  for (const each of statuses) counts[each] = (counts[each] ?? 0) + 1;
  return {
    status,
    services: [{ probes: statuses.map((each, index) => ({ name: `Probe ${index + 1}`, status: each })) }],
    openAlerts: [],
    figures: { probes: counts },
  } as unknown as Overview;
}

test('one probe that is down is named, several are counted', () => {
  expect(sentenceOf(overview(['up', 'down'])).text).toBe('Probe 2 is down');
  expect(sentenceOf(overview(['down', 'down', 'degraded']))).toEqual({
    status: 'down',
    text: '2 probes are down',
  });
});

test('what is down comes before what is degraded', () => {
  expect(sentenceOf(overview(['degraded', 'up']))).toEqual({
    status: 'degraded',
    text: 'Probe 1 is degraded',
  });
});

test('nothing checked is never told as healthy', () => {
  expect(sentenceOf(overview([], 'healthy')).status).toBe('unknown');
  expect(sentenceOf(overview(['unknown'], 'unknown')).status).toBe('unknown');
});

test('all up is said only when nothing else is wrong', () => {
  expect(sentenceOf(overview(['up', 'up'])).text).toBe('All 2 probes are up');
  expect(sentenceOf(overview(['up'], 'warning')).status).toBe('degraded');
});
