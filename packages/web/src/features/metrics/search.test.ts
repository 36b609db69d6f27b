import { expect, test } from 'vitest';
import { askedOf, readMetricsSearch, searchOf } from './search.ts';
import { usualExpression } from './usual.ts';

test('what is asked survives the address, hidden rows and all', () => {
  const asked = [
    { expression: 'up', hidden: true },
    { expression: 'rate(x[5m])', hidden: false },
    { expression: '', hidden: true },
  ];
  const { q, off } = searchOf(asked);
  expect(askedOf(readMetricsSearch({ q: JSON.stringify(q), off }))).toEqual(asked);
});

test('what looks like a number in an address is still an expression, or the number of a row', () => {
  expect(readMetricsSearch({ q: 1, off: 0 })).toMatchObject({ q: ['1'], off: '0' });
});

test('an address that says nothing asks one empty expression, and an empty page needs no address', () => {
  expect(askedOf(readMetricsSearch({}))).toEqual([{ expression: '', hidden: false }]);
  expect(searchOf([{ expression: '', hidden: false }])).toEqual({ q: undefined, off: undefined });
});

test('what is not understood in an address is left out', () => {
  expect(readMetricsSearch({ q: '[broken', unit: 'furlongs', from: 'soon', view: 'pie' })).toMatchObject({
    q: ['[broken'],
    unit: undefined,
    from: undefined,
    view: undefined,
  });
});

test('a metric is first shown in the way in which one looks at its kind', () => {
  expect(usualExpression('http_requests_total', 'counter')).toBe('rate(http_requests_total[5m])');
  expect(usualExpression('load', 'gauge')).toBe('load');
  expect(usualExpression('duration_bucket', 'histogram')).toContain('histogram_quantile(0.95');
  expect(usualExpression('duration_count', 'histogram')).toBe('rate(duration_count[5m])');
});
