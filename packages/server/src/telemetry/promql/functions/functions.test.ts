import { test } from 'vitest';
import { expectScript } from '../conform/script-fixture.ts';

test('rate and increase extrapolate to the window, not past zero, and take a fall for a restart', async () => {
  await expectScript(`
load 15s
  full_total 0+15x20
  late_total _ _ _ _ _ _ _ _ _ _ 100+15x10
  fresh_total _ _ _ _ _ _ _ _ _ _ 1+15x10
  restart_total 10 20 5 10

eval instant at 5m increase(full_total[5m])
  {} 300

eval instant at 5m rate(full_total[5m])
  {} 1

eval instant at 5m increase(late_total[5m])
  {} 157.5

eval instant at 5m increase(fresh_total[5m])
  {} 151

eval instant at 45s increase(restart_total[1m])
  expect no_info
  {} 26.666666666666668

eval instant at 45s resets(restart_total[1m])
  {} 1

eval instant at 45s delta(restart_total[1m])
  {} 0

eval instant at 45s irate(restart_total[1m])
  {} 0.3333333333333333

eval instant at 30s irate(restart_total[1m])
  {} 0.3333333333333333

eval instant at 30s idelta(restart_total[1m])
  {} -15

eval instant at 0 rate(full_total[1m])
`);
});

test('a window is open on the left', async () => {
  await expectScript(`
load 10s
  m 1 2 3 4

eval range from 0 to 30s step 10s count_over_time(m[20s])
  {} 1 2 2 2

eval range from 0 to 30s step 10s sum_over_time(m[10s])
  {} 1 2 3 4
`);
});

test('regressions follow the line through the samples', async () => {
  await expectScript(`
load 10s
  line 5+2x6
  flat 3 3 3
  noise 1 3 2

eval instant at 60s deriv(line[2m])
  {} 0.2

eval instant at 60s predict_linear(line[2m], 100)
  {} 37

eval instant at 20s deriv(flat[1m])
  {} 0

eval instant at 20s deriv(noise[1m])
  {} 0.05

eval instant at 0 deriv(flat[1m])
`);
});

test('summaries over time', async () => {
  await expectScript(`
load 10s
  m 4 1 NaN 7 2

eval instant at 40s min_over_time(m[1m])
  {} 1

eval instant at 40s max_over_time(m[1m])
  {} 7

eval instant at 10s stddev_over_time(m[1m])
  {} 1.5

eval instant at 10s stdvar_over_time(m[1m])
  {} 2.25

eval instant at 40s quantile_over_time(0.5, m[20s])
  {} 4.5

eval instant at 40s last_over_time(m[1m])
  m 2

eval instant at 40s present_over_time(m[1m])
  {} 1

eval instant at 40s changes(m[1m])
  {} 4
`);
});

test('a quantile over time that is no share is warned of', async () => {
  await expectScript(`
load 10s
  m 4 1

eval instant at 10s quantile_over_time(-1, m[1m])
  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got -1 (1:20)
  {} -Inf

eval instant at 10s quantile_over_time(2, nothing[1m])
  expect no_warn
`);
});

test('labels are replaced by whole matches of RE2 and joined in order', async () => {
  await expectScript(`
load 1m
  m{a="x-1", b="y"} 1

eval instant at 0 label_replace(m, "c", "\${2}_$1", "a", "(?P<first>.)-(.)")
  m{a="x-1", b="y", c="1_x"} 1

eval instant at 0 label_replace(m, "c", "$first$$", "a", "(?P<first>.)-.")
  m{a="x-1", b="y", c="x$"} 1

eval instant at 0 label_replace(m, "a", "", "a", ".*")
  m{b="y"} 1

eval instant at 0 label_replace(m, "c", "z", "a", "x")
  m{a="x-1", b="y"} 1

eval instant at 0 label_replace(m, "c", "z", "a", "(?=x).*")
  expect fail regex: invalid regular expression in label_replace\\(\\)

eval instant at 0 label_join(m, "c", "/", "b", "missing", "a")
  m{a="x-1", b="y", c="y//x-1"} 1
`);
});

test('absence is told with the labels that are certain', async () => {
  await expectScript(`
load 1m
  m{a="1"} 1 _ _ _ _ _ _ 1

eval range from 0 to 7m step 1m absent(m{a="1", b=~"x|", c!="y"})
  {a="1"} _ _ _ _ _ 1 1 _

eval range from 0 to 7m step 1m absent_over_time(m[2m])
  {} _ _ 1 1 1 1 1 _

eval instant at 6m absent(sum(m))
  {} 1
`);
});

test('classic histograms: interpolation, the edges, and what is wrong with them', async () => {
  await expectScript(`
load 1m
  h_bucket{le="1"} 10
  h_bucket{le="2"} 20
  h_bucket{le="+Inf"} 40
  open_bucket{le="1"} 10
  bad_bucket{le="x"} 1

eval instant at 0 histogram_quantile(0.25, h_bucket)
  {} 1

eval instant at 0 histogram_quantile(0.375, h_bucket)
  {} 1.5

eval instant at 0 histogram_quantile(0.9, h_bucket)
  {} 2

eval instant at 0 histogram_fraction(0.5, 1.5, h_bucket)
  {} 0.25

eval instant at 0 histogram_quantile(0.5, open_bucket)
  {} NaN

eval instant at 0 histogram_quantile(0.5, bad_bucket)
  expect warn msg: PromQL warning: bucket label "le" is missing or has a malformed value of "x" for metric name "bad_bucket" (1:25)

eval instant at 0 histogram_count(h_bucket)
`);
});

test('angles, logarithms and rounding', async () => {
  await expectScript(`
load 1m
  m 10

eval instant at 0 sin(m)
  {} -0.5440211108893699

eval instant at 0 acosh(m)
  {} 2.993222846126381

eval instant at 0 atanh(m)
  {} NaN

eval instant at 0 deg(m)
  {} 572.9577951308232

eval instant at 0 rad(m)
  {} 0.17453292519943295

eval instant at 0 pi()
  3.141592653589793

eval instant at 0 round(m / 4, 0.5)
  {} 2.5

eval instant at 0 round(vector(-2.5))
  {} -2

eval instant at 0 clamp(m, 11, 9)

eval instant at 0 sgn(-m)
  {} -1

eval instant at 0 scalar(m) + 1
  11

eval instant at 0 scalar(missing)
  NaN
`);
});

test('times are taken in UTC, of the step when nothing is given', async () => {
  await expectScript(`
eval instant at 1709210096s year() * 10000 + month() * 100 + day_of_month()
  {} 20240229

eval instant at 0 hour(vector(1709210096.9)) * 100 + minute(vector(1709210096))
  {} 1234

eval instant at 0 day_of_year(vector(1709210096)) * 1000 + days_in_month(vector(1709210096)) * 10 + day_of_week(vector(1709210096))
  {} 60294

eval range from 0 to 2h step 1h hour()
  {} 0 1 2
`);
});

test('infinite bounds of clamp hold NaN too, as in Go; a bound that is NaN gives NaN', async () => {
  await expectScript(`
load 1m
  m{n="nan"} NaN
  m{n="inf"} Inf
  m{n="one"} 1

eval instant at 0 clamp_min(m, Inf)
  {n="nan"} Inf
  {n="inf"} Inf
  {n="one"} Inf

eval instant at 0 clamp_max(m, NaN)
  {n="nan"} NaN
  {n="inf"} NaN
  {n="one"} NaN

eval instant at 0 clamp_min(m, NaN)
  {n="nan"} NaN
  {n="inf"} Inf
  {n="one"} NaN

eval instant at 0 clamp(m, -Inf, Inf)
  {n="nan"} NaN
  {n="inf"} Inf
  {n="one"} 1
`);
});

test('sort orders instant queries and is warned of in range queries', async () => {
  await expectScript(`
load 1m
  m{n="1"} 2 2
  m{n="2"} 1 1
  m{n="3"} NaN NaN

eval instant at 0 sort(m)
  expect ordered
  expect no_warn
  m{n="2"} 1
  m{n="1"} 2
  m{n="3"} NaN

eval instant at 0 sort_desc(m)
  expect ordered
  m{n="1"} 2
  m{n="2"} 1
  m{n="3"} NaN

eval range from 0 to 1m step 1m 1 + sort_desc(m)
  expect warn msg: PromQL warning: sort is ineffective for range queries since results are always ordered by labels (1:5)
  {n="1"} 3 3
  {n="2"} 2 2
  {n="3"} NaN NaN
`);
});

test('what was repaired in histograms is told once per metric, with where and how much', async () => {
  await expectScript(`
load 1m
  h_bucket{le="0.5"} 10 10
  h_bucket{le="1"} 4 3
  h_bucket{le="2"} 8 12
  h_bucket{le="+Inf"} 12 12

eval range from 0 to 1m step 1m histogram_quantile(0.5, h_bucket)
  expect info msg: PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name "h_bucket", from buckets 1 to 2, with a max diff of 7, over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z (1:25)
  {} 0.3 0.3
`);
});

test('double exponential smoothing follows a line, by its old name too, and takes factors between 0 and 1', async () => {
  await expectScript(`
load 10s
  line 3+2x20
  bend 10 20 10 20
  short 1

eval instant at 200s double_exponential_smoothing(line[1m], 0.3, 0.7)
  {} 43

eval instant at 30s holt_winters(bend[1m], 0.5, 0.5)
  {} 22.5

eval instant at 0 double_exponential_smoothing(short[1m], 0.5, 0.5)

eval instant at 30s double_exponential_smoothing(bend[1m], 1, 0.5)
  expect fail msg: invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000

eval instant at 30s double_exponential_smoothing(bend[1m], 0.5, 0)
  expect fail msg: invalid trend factor. Expected: 0 < tf < 1, got: 0.000000
`);
});
