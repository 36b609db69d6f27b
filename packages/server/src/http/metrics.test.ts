import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('figures are written as the text format says', async () => {
  const metrics = createMetrics();
  const sent = metrics.counter('custos_sent_total', 'Messages\nsent.');
  sent.add({ channel: 'a"b\\c\nd' });
  sent.add({ channel: 'a"b\\c\nd' }, 2);
  const durations = metrics.histogram('custos_wait_seconds', 'Waits.', [0.1, 1]);
  for (const value of [0.1, 0.5, 7]) durations.observe({ kind: 'x' }, value);
  metrics.collect(async () => [
    {
      name: 'custos_up',
      help: 'Up.',
      type: 'gauge',
      samples: [{ value: 1 }, { labels: { a: 'b' }, value: NaN }],
    },
  ]);
  expect(await metrics.text()).toBe(
    [
      '# HELP custos_sent_total Messages sent.',
      '# TYPE custos_sent_total counter',
      String.raw`custos_sent_total{channel="a\"b\\c\nd"} 3`,
      '# HELP custos_wait_seconds Waits.',
      '# TYPE custos_wait_seconds histogram',
      'custos_wait_seconds_bucket{kind="x",le="0.1"} 1',
      'custos_wait_seconds_bucket{kind="x",le="1"} 2',
      'custos_wait_seconds_bucket{kind="x",le="+Inf"} 3',
      'custos_wait_seconds_sum{kind="x"} 7.6',
      'custos_wait_seconds_count{kind="x"} 3',
      '# HELP custos_up Up.',
      '# TYPE custos_up gauge',
      'custos_up 1',
      'custos_up{a="b"} NaN',
      '',
    ].join('\n'),
  );
});

test('figures that cannot be had leave the others standing', async () => {
  const metrics = createMetrics();
  metrics.collect(async () => {
    throw new Error('away');
  });
  metrics.collect(() => [{ name: 'custos_up', help: 'Up.', type: 'gauge', samples: [{ value: 1 }] }]);
  expect(await metrics.text()).toContain('custos_up 1\n');
});

test('labels out of control do not fill the memory', async () => {
  const metrics = createMetrics();
  const counter = metrics.counter('c_total', 'C.');
  for (let number = 0; number < 5_000; number += 1) counter.add({ n: String(number) });
  expect((await metrics.text()).split('\n').length).toBeLessThan(2_100);
});
