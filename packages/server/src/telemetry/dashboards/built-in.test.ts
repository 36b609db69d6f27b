import { dashboardInput } from '@custos/contract';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../promql/syntax/parse.ts';
import { checkTypes } from '../promql/syntax/type-check.ts';
import { builtInDashboards } from './built-in/all.ts';
import { checkDashboard } from './checks.ts';

const filled = (expression: string): string =>
  expression.replaceAll('$__rate', '5m').replaceAll(/\$[a-z]+/g, '.+');

describe.each(builtInDashboards)('the dashboard $name', ({ id, ...dashboard }) => {
  test('is one that a person could have made', () => {
    expect(dashboardInput.parse(dashboard)).toEqual(dashboard);
    checkDashboard(dashboard);
    expect(id).toMatch(/^[a-z-]+$/);
  });

  test('asks in valid PromQL, with no variable that it does not have', () => {
    const names = new Set(['__rate', ...dashboard.variables.map(({ name }) => name)]);
    for (const { expression } of dashboard.panels.flatMap(({ queries }) => queries)) {
      for (const [, name = ''] of expression.matchAll(/\$([a-z_]+)/g)) expect(names).toContain(name);
      expect(checkTypes(filled(expression), parseQuery(filled(expression))), expression).toBe('vector');
    }
  });

  test('has panels that do not lie on each other', () => {
    const cells = dashboard.panels.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, at) => `${x + (at % width)},${y + Math.floor(at / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
