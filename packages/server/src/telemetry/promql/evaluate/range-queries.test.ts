import { test } from 'vitest';
import { expectScript } from '../conform/script-fixture.ts';

const data = `
load 30s
  requests_total{job="a"} 0+30x20
  requests_total{job="b"} 0+60x20
  gap 1 2 stale _ _ 6 _x12 19
`;

test('steps see the last sample before them, until a stale marker or the lookback ends it', async () => {
  await expectScript(`${data}
eval range from 0 to 3m step 30s gap
  gap 1 2 _ _ _ 6 6

eval range from 0 to 9m step 1m gap
  gap 1 _ _ 6 6 6 6 6 _ 19

eval range from 45s to 2m45s step 30s gap
  gap 2 _ _ _ 6

eval range from 15s to 1m15s step 7s count(gap)
  {} 1 1 1 1 1 1 1 _ _

eval range from 0 to 1m step 30s absent(gap)
  {} _ _ 1
`);
});

test('an end between two steps is not a step, and equal bounds are one', async () => {
  await expectScript(`${data}
eval range from 0 to 59s step 30s requests_total{job="a"}
  requests_total{job="a"} 0 30

eval range from 1m to 1m step 10s requests_total{job="a"}
  requests_total{job="a"} 60
`);
});

test('numbers, times and what is fixed by @ are there at every step', async () => {
  await expectScript(`${data}
eval range from 0 to 1m step 30s 1 + 2
  {} 3 3 3

eval range from 0 to 1m step 30s time()
  {} 0 30 60

eval range from 0 to 1m step 30s vector(time()) - requests_total{job="a"} @ 30
  {job="a"} _ _ _

eval range from 0 to 1m step 30s requests_total{job="a"} @ 30 - on() vector(time())
  {} 30 0 -30

eval range from 0 to 1m step 30s requests_total @ end() - requests_total @ start()
  {job="a"} 60 60 60
  {job="b"} 120 120 120

eval range from 2m to 4m step 1m sum(rate(requests_total[1m] @ 5m))
  {} 3 3 3

eval range from 2m to 4m step 1m rate(requests_total{job="a"}[1m:30s] offset 30s)
  {job="a"} 1 1 1
`);
});

test('topk chooses at each step, and a series is there only where it was chosen', async () => {
  await expectScript(`
load 1m
  m{n="1"} 1 5 1
  m{n="2"} 2 4 NaN
  m{n="3"} 3 3 stale

eval range from 0 to 2m step 1m topk(1, m)
  m{n="3"} 3 _ _
  m{n="1"} _ 5 1

eval range from 0 to 2m step 1m bottomk(2, m)
  m{n="1"} 1 _ 1
  m{n="2"} 2 4 NaN
  m{n="3"} _ 3 _
`);
});

test('atan2 pairs samples as the arithmetic operators do', async () => {
  await expectScript(`
load 1m
  y{a="1"} 10 -10
  x{a="1"} 20 NaN

eval range from 0 to 1m step 1m y atan2 x
  {a="1"} 0.4636476090008061 NaN

eval instant at 1m y atan2 0
  {a="1"} -1.5707963267948966

eval instant at 0 10 atan2 20
  0.4636476090008061

eval instant at 0 y atan2 on() group_left x * 2 ^ 2
  {a="1"} 1.8545904360032244
`);
});
