import { expect, test } from 'vitest';
import { labelNameOf, metricNameOf, unitOf } from './names.ts';

// The left side is from the tables and rules of OpenTelemetry's compatibility specification.
test.each([
  ['http.server.duration', 's', 'other', 'http_server_duration_seconds'],
  ['http.server.duration', 'ms', 'other', 'http_server_duration_milliseconds'],
  ['http.server.active_requests', '{request}', 'gauge', 'http_server_active_requests'],
  ['system.network.io', 'By', 'counter', 'system_network_io_bytes_total'],
  ['system.io.bytes.total', 'By', 'counter', 'system_io_bytes_total'],
  ['disk.speed', 'By/s', 'gauge', 'disk_speed_bytes_per_second'],
  ['broken.things', '{thing}/min', 'gauge', 'broken_things_per_minute'],
  ['system.cpu.utilization', '1', 'gauge', 'system_cpu_utilization_ratio'],
  ['jobs', '1', 'counter', 'jobs_total'],
  ['jobs.total', '', 'counter', 'jobs_total'],
  ['weird   name__with--things', '', 'other', 'weird_name_with_things'],
  ['2xx.replies', '', 'counter', '_2xx_replies_total'],
  ['load', 'foo/bar', 'gauge', 'load_foo_per_bar'],
] as const)('%s in %s as a %s is %s', (...[name, unit, kind, expected]) => {
  expect(metricNameOf(name, unit, kind)).toBe(expected);
});

test('labels and units are written in what Prometheus takes', () => {
  expect(labelNameOf('http.request.method')).toBe('http_request_method');
  expect(labelNameOf('1st')).toBe('key_1st');
  expect(unitOf('By/s')).toBe('bytes_per_second');
  expect(unitOf('1')).toBe('');
});
