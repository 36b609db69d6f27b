import { test } from 'vitest';
import { expectScript } from '../conform/script-fixture.ts';

// The series and most results are those of "Vector matching" in Prometheus's manual.
const errors = `
load 1m
  errors{method="get", code="500"} 24
  errors{method="get", code="404"} 30
  errors{method="put", code="501"} 3
  errors{method="post", code="500"} 6
  errors{method="post", code="404"} 21
  requests{method="get"} 600
  requests{method="del"} 34
  requests{method="post"} 120
`;

test('one to one: pairs are found by the labels that are left, and keep only those', async () => {
  await expectScript(`${errors}
eval instant at 0 errors{code="500"} / ignoring(code) requests
  {method="get"} 0.04
  {method="post"} 0.05

eval instant at 0 errors{code="500"} / on(method) requests
  {method="get"} 0.04
  {method="post"} 0.05

eval instant at 0 errors{code="500"} / requests
`);
});

test('many to one: the results keep the labels of the many', async () => {
  await expectScript(`${errors}
eval instant at 0 errors / ignoring(code) group_left requests
  {method="get", code="500"} 0.04
  {method="get", code="404"} 0.05
  {method="post", code="500"} 0.05
  {method="post", code="404"} 0.175

eval instant at 0 requests * on(method) group_right errors
  {method="get", code="500"} 14400
  {method="get", code="404"} 18000
  {method="post", code="500"} 720
  {method="post", code="404"} 2520
`);
});

test('labels of the one side are taken over, and taken away where it has none', async () => {
  await expectScript(`
load 1m
  m{host="a", kind="old"} 1
  m{host="b", kind="old"} 2
  info{host="a", kind="new", zone="x"} 1
  info{host="b"} 1

eval instant at 0 m * on(host) group_left(kind, zone) info
  {host="a", kind="new", zone="x"} 1
  {host="b"} 2
`);
});

test('a match that is not unique fails and says on which side', async () => {
  await expectScript(`${errors}
eval instant at 0 requests / on(method) errors
  expect fail regex: found duplicate series for the match group \\{method="get"\\} on the right hand-side of the operation: .*many-to-many matching not allowed

eval instant at 0 errors / on(method) requests
  expect fail msg: multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)

eval instant at 0 errors * on(method) group_right requests
  expect fail regex: found duplicate series for the match group \\{method="get"\\} on the left hand-side .*

eval instant at 0 errors * on() requests
  expect fail regex: found duplicate series for the match group \\{\\} on the right hand-side of the operation: \\[\\{__name__="requests", .*\\}, \\{__name__="requests", .*\\}\\];many-to-many

eval instant at 0 errors / on(method) group_left(code) requests
  expect fail msg: multiple matches for labels: grouping labels must ensure unique matches

eval instant at 0 nothing / on(method) errors
`);
});

test('comparisons filter and keep the left value, or give 0 and 1', async () => {
  await expectScript(`
load 1m
  a{x="1"} 5
  a{x="2"} 1
  a{x="3"} NaN
  b{x="1"} 3
  b{x="2"} 3
  b{x="3"} NaN

eval instant at 0 a > b
  a{x="1"} 5

eval instant at 0 a > on(x) b
  {x="1"} 5

eval instant at 0 a > bool b
  {x="1"} 1
  {x="2"} 0
  {x="3"} 0

eval instant at 0 a != b
  a{x="1"} 5
  a{x="2"} 1
  a{x="3"} NaN

eval instant at 0 2 < a
  a{x="1"} 5

eval instant at 0 a == bool 5
  {x="1"} 1
  {x="2"} 0
  {x="3"} 0

eval instant at 0 2 > bool 1
  1
`);
});

test('set operators look at each step on its own', async () => {
  await expectScript(`
load 1m
  a{x="1"} 1 1 _ _ stale
  a{x="2"} 2 stale
  b{x="1"} _ 9 9 9 9
  b{x="3"} 7 7 7 7 7

eval range from 0 to 4m step 1m a and b
  a{x="1"} _ 1 1 1 _

eval range from 0 to 4m step 1m a unless b
  a{x="1"} 1
  a{x="2"} 2

eval range from 0 to 4m step 1m a or b
  a{x="1"} 1 1 1 1 _
  a{x="2"} 2
  b{x="1"} _ _ _ _ 9
  b{x="3"} 7 7 7 7 7

eval instant at 0 a or on() vector(3)
  a{x="1"} 1
  a{x="2"} 2

eval instant at 0 missing or vector(3)
  {} 3

eval instant at 0 a and on(x) b{x="1"}

eval instant at 1m a unless on() b
`);
});

test('numbers follow IEEE 754, with powers of one as in Go', async () => {
  await expectScript(`
eval instant at 0 -1 ^ 2
  -1

eval instant at 0 2 ^ 3 ^ 2
  512

eval instant at 0 2 ^ -1 * 4
  2

eval instant at 0 1 ^ NaN
  1

eval instant at 0 -7 % 3
  -1

eval instant at 0 7 % 0
  NaN

eval instant at 0 1 atan2 0
  1.5707963267948966

eval instant at 0 2 * 3 % 2
  0

eval instant at 0 1 + 2 * 3 == bool 7
  1
`);
});

test('a bare comparison of the one side with the many keeps the value of the left', async () => {
  await expectScript(`${errors}
eval instant at 0 requests{method="get"} > on(method) group_right errors
  errors{method="get", code="500"} 600
  errors{method="get", code="404"} 600
`);
});

test('a series that keeps its name at some steps and loses it at others is two series', async () => {
  await expectScript(`
load 1m
  m 1 2 3

eval range from 0 to 2m step 1m (abs(m) > 1) or m
  m 1
  {} _ 2 3

eval range from 0 to 2m step 1m m or m
  m 1 2 3

eval instant at 1m m @ end() - m @ start()
  {} 0
`);
});
