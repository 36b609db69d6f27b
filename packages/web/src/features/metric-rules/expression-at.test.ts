import { expect, test } from 'vitest';
import { expressionAt } from './expression-at.ts';

const source = `groups:
  - name: shop
    interval: 30s
    rules:
      - alert: Down
        expr: up{job="shop"} == 0 # nobody answers
        for: 1m
      - record: job:errors:rate5m
        expr: |
          sum by (job) (
            rate(errors_total[5m])
          )
        labels:
          team: shop
      - expr: 'absent(up{job=''x''})'
        alert: Gone
      - alert: Slow
        expr: "latency{path=\\"/\\"} > 1"

  - name: other
    rules: []
`;

test('the rule that a line is in gives its expression, whichever way it is written', () => {
  expect(expressionAt(source, 5)).toBe('up{job="shop"} == 0');
  expect(expressionAt(source, 7)).toBe('up{job="shop"} == 0');
  expect(expressionAt(source, 8)).toBe('sum by (job) (\nrate(errors_total[5m])\n)');
  expect(expressionAt(source, 14)).toBe('sum by (job) (\nrate(errors_total[5m])\n)');
  expect(expressionAt(source, 15)).toBe("absent(up{job='x'})");
  expect(expressionAt(source, 18)).toBe('latency{path="/"} > 1');
});

test('outside of a rule there is none', () => {
  expect(expressionAt(source, 2)).toBeNull();
  expect(expressionAt(source, 21)).toBeNull();
  expect(expressionAt('', 1)).toBeNull();
  expect(expressionAt('- alert: A\n  for: 1m', 2)).toBeNull();
});
