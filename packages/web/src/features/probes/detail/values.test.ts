import type { ProbeView, SeriesView } from '@custos/contract';
import { expect, test } from 'vitest';
import { chartedValues, isEmpty } from './values.ts';

function probe(options: Record<string, unknown>, ...names: string[]): ProbeView {
  const values = Object.fromEntries(names.map((name) => [name, 1]));
  return { options, lastResult: { values } } as unknown as ProbeView;
}

const http = ['status_code', 'dns_ms', 'connect_ms', 'tls_ms', 'first_byte_ms', 'body_bytes'];

test('a plain address over plain HTTP has no name to resolve and no handshake', () => {
  expect(chartedValues(probe({ url: 'http://10.0.0.7:8080/' }, ...http))).toEqual([
    'connect_ms',
    'first_byte_ms',
    'body_bytes',
  ]);
  expect(chartedValues(probe({ url: 'https://[::1]/' }, ...http))).not.toContain('dns_ms');
});

test('a name over HTTPS shows both', () => {
  const charted = chartedValues(probe({ url: 'https://example.com/' }, ...http));
  expect(charted).toContain('dns_ms');
  expect(charted).toContain('tls_ms');
  expect(chartedValues(probe({ host: 'cafe.example' }, 'dns_ms'))).toEqual(['dns_ms']);
});

test('a limit is not charted, and a disk once', () => {
  expect(chartedValues(probe({}, 'connections_limit', 'connections_percent'))).toEqual([
    'connections_percent',
  ]);
  expect(chartedValues(probe({}, 'disk_percent_root', 'disk_percent'))).toEqual(['disk_percent_root']);
  expect(chartedValues(probe({}, 'disk_percent'))).toEqual(['disk_percent']);
});

test('a series of nothing and one of zeros are empty', () => {
  const series = (...values: (number | null)[]): SeriesView =>
    ({ average: values, maximum: values }) as unknown as SeriesView;
  expect(isEmpty(series(null, 0, null))).toBe(true);
  expect(isEmpty(series(null, 2))).toBe(false);
});
