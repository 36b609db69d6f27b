import type { BuiltInDashboard } from '../types.ts';
import { figure, overLabel, rows } from './panels.ts';

const of = 'job=~"$job"';
const counted = `http_server_request_duration_seconds_count{${of}}`;
const buckets = `http_server_request_duration_seconds_bucket{${of}}`;
const failed = `http_server_request_duration_seconds_count{http_response_status_code=~"5..",${of}}`;
const percentile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${buckets}[$__rate])))`;

/**
 * A service that answers HTTP: rate, errors, duration. The names are those of OpenTelemetry's semantic
 * conventions (`http.server.request.duration`) as Prometheus writes them.
 */
export const httpService: BuiltInDashboard = {
  id: 'http-service',
  name: 'HTTP service',
  description: 'Requests, errors and durations (names as in OpenTelemetry’s conventions).',
  shared: true,
  variables: [
    overLabel({ name: 'job', title: 'Service', selector: 'http_server_request_duration_seconds_count' }),
  ],
  panels: rows(
    [
      figure({ title: 'Requests', unit: 'per-second', queries: [[`sum(rate(${counted}[$__rate]))`]] }),
      figure({
        title: 'Failed',
        unit: 'ratio',
        queries: [[`(sum(rate(${failed}[$__rate])) or vector(0)) / sum(rate(${counted}[$__rate]))`]],
        thresholds: [
          { value: 0.01, level: 'warning' },
          { value: 0.05, level: 'critical' },
        ],
      }),
      figure({ title: 'Median duration', unit: 'seconds', queries: [[percentile(0.5)]] }),
      figure({ title: '99th percentile', unit: 'seconds', queries: [[percentile(0.99)]] }),
    ],
    [
      {
        title: 'Requests by status',
        unit: 'per-second',
        stacked: true,
        min: 0,
        queries: [
          [`sum by (http_response_status_code) (rate(${counted}[$__rate]))`, '{{http_response_status_code}}'],
        ],
      },
      {
        title: 'Duration',
        unit: 'seconds',
        min: 0,
        queries: [
          [percentile(0.5), 'median'],
          [percentile(0.95), '95th percentile'],
          [percentile(0.99), '99th percentile'],
        ],
      },
    ],
    [
      {
        title: 'Failed requests by route',
        unit: 'per-second',
        min: 0,
        queries: [[`sum by (http_route) (rate(${failed}[$__rate]))`, '{{http_route}}']],
      },
      {
        title: 'Busiest routes',
        kind: 'table',
        unit: 'per-second',
        queries: [[`topk(10, sum by (http_route) (rate(${counted}[$__rate])))`, '{{http_route}}']],
      },
    ],
  ),
};
