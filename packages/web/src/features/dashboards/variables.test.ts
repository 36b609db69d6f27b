import { expect, test } from 'vitest';
import { chosenOf, filledIn, type Variable } from './variables.ts';

const instance: Variable = {
  name: 'instance',
  title: '',
  source: { label: 'instance', selector: '' },
  multiple: true,
  default: [],
};
const job: Variable = { ...instance, name: 'job', multiple: false, default: ['api'] };
const fill = (expression: string, chosen: Record<string, string[]>, stepMs = 15_000): string =>
  filledIn(expression, { variables: [instance, job], chosen, stepMs });

test('several values become a regular expression in which nothing is special, and none becomes any', () => {
  const expression = 'up{instance=~"$instance"}';
  expect(fill(expression, { instance: ['10.0.0.1:9100', 'b'] })).toBe(
    String.raw`up{instance=~"10\\.0\\.0\\.1:9100|b"}`,
  );
  expect(fill(expression, {})).toBe('up{instance=~".*"}');
});

test('one value is itself, and cannot leave its quotes', () => {
  expect(fill('up{job="${job}"}', { job: ['a"} or vector(1) #'] })).toBe(
    String.raw`up{job="a\"} or vector(1) #"}`,
  );
});

test('the window for rate fits the step, and is a minute at least', () => {
  expect(fill('rate(x[$__rate])', {})).toBe('rate(x[60s])');
  expect(fill('rate(x[$__rate])', {}, 300_000)).toBe('rate(x[1200s])');
  expect(fill('avg_over_time(x[$__interval])', {}, 300_000)).toBe('avg_over_time(x[300s])');
});

test('what is no variable stays as it is', () => {
  expect(fill('label_replace(x, "a", "$1", "b", "$other")', {})).toBe(
    'label_replace(x, "a", "$1", "b", "$other")',
  );
});

test('the address decides before the variable’s own choice', () => {
  expect(chosenOf([instance, job], { job: ['web'] })).toEqual({ instance: [], job: ['web'] });
  expect(chosenOf([instance, job], {})).toEqual({ instance: [], job: ['api'] });
});
