import { test } from 'vitest';
import { expectScript } from '../conform/script-fixture.ts';

const data = `
load 1m
  m{job="a", pod="1"} 1
  m{job="a", pod="2"} 3
  m{job="b", pod="1"} 5
  m{job="b", pod="2"} NaN
  m{job="c", pod="1"} +Inf
`;

test('by keeps the named labels, without drops them and the name', async () => {
  await expectScript(`${data}
eval instant at 0 sum by (job) (m{job="a"})
  {job="a"} 4

eval instant at 0 sum without (pod) (m{job="a"})
  {job="a"} 4

eval instant at 0 sum without () (m{job="a"})
  {job="a", pod="1"} 1
  {job="a", pod="2"} 3

eval instant at 0 sum by (missing) (m{job="a"})
  {} 4

eval instant at 0 SUM(m{job="a"}) BY (job, pod)
  {job="a", pod="1"} 1
  {job="a", pod="2"} 3

eval instant at 0 sum(missing)
`);
});

test('each aggregation gives its figure', async () => {
  await expectScript(`${data}
eval instant at 0 avg by (job) (m)
  {job="a"} 2
  {job="b"} NaN
  {job="c"} +Inf

eval instant at 0 min by (job) (m)
  {job="a"} 1
  {job="b"} 5
  {job="c"} +Inf

eval instant at 0 max by (job) (m)
  {job="a"} 3
  {job="b"} 5
  {job="c"} +Inf

eval instant at 0 count by (job) (m)
  {job="a"} 2
  {job="b"} 2
  {job="c"} 1

eval instant at 0 group by (job) (m)
  {job="a"} 1
  {job="b"} 1
  {job="c"} 1

eval instant at 0 stddev by (job) (m)
  {job="a"} 1
  {job="b"} NaN
  {job="c"} NaN

eval instant at 0 stdvar(m{job="a"} * 2)
  {} 4

eval instant at 0 max(m{pod="2", job="b"})
  {} NaN
`);
});

test('large and small values are summed without loss', async () => {
  await expectScript(`
load 1m
  m{n="1"} 1
  m{n="2"} 1e100
  m{n="3"} 1
  m{n="4"} -1e100
  huge{n="1"} 1.5e308
  huge{n="2"} 1.5e308
  huge{n="3"} -1.5e308

eval instant at 0 sum(m)
  {} 2

eval instant at 0 avg(m)
  {} 0.5

eval instant at 0 avg(huge)
  {} 5e307

eval instant at 0 sum(huge{n!="3"})
  {} +Inf
`);
});

test('topk and bottomk keep whole series, ordered in instant queries, NaN last', async () => {
  await expectScript(`${data}
eval instant at 0 topk(2, m)
  expect ordered
  m{job="c", pod="1"} +Inf
  m{job="b", pod="1"} 5

eval instant at 0 bottomk(2, m)
  expect ordered
  m{job="a", pod="1"} 1
  m{job="a", pod="2"} 3

eval instant at 0 topk by (job) (1, m)
  m{job="a", pod="2"} 3
  m{job="b", pod="1"} 5
  m{job="c", pod="1"} +Inf

eval instant at 0 topk(9, m{job="b"})
  expect ordered
  m{job="b", pod="1"} 5
  m{job="b", pod="2"} NaN

eval instant at 0 bottomk(2.9, m{job="b"})
  expect ordered
  m{job="b", pod="1"} 5
  m{job="b", pod="2"} NaN

eval instant at 0 topk(0, m)

eval instant at 0 topk(-1, m)

eval instant at 0 topk(NaN, m)
  expect fail msg: Parameter value is NaN

eval instant at 0 topk(1e30, m)
  expect fail msg: Scalar value 1e+30 overflows int64

eval instant at 0 topk(-Inf, m)

eval range from 0 to 2s step 1s topk(scalar(vector(time() - 1) * Inf), m)
  expect fail msg: Parameter value is NaN

eval range from 0 to 1s step 1s topk(2 - time() * 1e30, m)
  expect fail msg: Scalar value -1e+30 underflows int64
`);
});

test('of equal values those stay whose labels come first', async () => {
  await expectScript(`
load 1m
  m{n="2"} 1
  m{n="3"} 1
  m{n="1"} 1

eval instant at 0 topk(2, m)
  m{n="1"} 1
  m{n="2"} 1

eval instant at 0 bottomk(1, m)
  m{n="1"} 1
`);
});

test('the parameter may differ from step to step', async () => {
  await expectScript(`
load 1m
  m{n="1"} 1 9 1
  m{n="2"} 5 5 5
  k 1 2 1
  phi 0 1 0.5

eval range from 0 to 2m step 1m topk(scalar(k), m)
  m{n="1"} _ 9 _
  m{n="2"} 5 5 5

eval range from 0 to 2m step 1m quantile(scalar(phi), m)
  {} 1 9 3
`);
});

test('count_values makes the value a label', async () => {
  await expectScript(`
load 1m
  v{n="1"} 6
  v{n="2"} 6
  v{n="3"} 0.0000001
  v{n="4"} 1e21
  v{n="5"} NaN
  v{n="6"} -Inf

eval instant at 0 count_values("version", v)
  {version="6"} 2
  {version="0.0000001"} 1
  {version="1000000000000000000000"} 1
  {version="NaN"} 1
  {version="-Inf"} 1

eval instant at 0 count_values by (n) ("n", v{n=~"1|2"})
  {n="6"} 2

eval instant at 0 count_values("a\\xc5z", v)
  expect fail msg: invalid label name "a\\xc5z"
`);
});

test('a quantile outside 0 and 1 is infinite and warned of', async () => {
  await expectScript(`${data}
eval instant at 0 quantile(0.5, m{job="a"})
  expect no_warn
  {} 2

eval instant at 0 quantile(1.5, m{job="a"})
  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:10)
  {} +Inf

eval range from 0 to 3s step 1s quantile(1.5 + time(), m{job="a"})
  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:10)
  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got 4.5 (1:10)
  {} Inf Inf Inf Inf

eval instant at 0 quantile((NaN), m{job="a"})
  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got NaN (1:11)
  {} NaN
`);
});
