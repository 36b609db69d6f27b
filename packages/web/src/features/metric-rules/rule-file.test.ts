import { expect, test } from 'vitest';
import { expressionAt } from './expression-at.ts';
import { ruleFileOf } from './rule-file.ts';

test('an expression of several lines, with signs that mean something to YAML, is the expression of the rule', () => {
  const expression = 'sum by (job) (\nrate(errors_total{job=~"a: #b"}[5m])\n) > 1';
  const file = ruleFileOf(`${expression}\n`);
  const line = file.split('\n').findIndex((each) => each.includes('expr:')) + 1;
  expect(expressionAt(file, line)).toBe(expression);
});
