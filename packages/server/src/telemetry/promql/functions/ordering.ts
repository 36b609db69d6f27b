import type { CallSite } from '../evaluate/evaluator.ts';
import type { Column } from '../evaluate/column.ts';
import type { VectorFunction } from './vector-functions.ts';

/** Orders an instant vector by value, NaN last either way. A range query has an order of its own. */
async function ordered(
  site: CallSite,
  compare: (a: number, b: number) => number,
): Promise<readonly Column[]> {
  const { evaluator, args, steps } = site;
  const columns = await evaluator.vector(args[0]!, steps);
  if (steps.count !== 1) return columns;
  return columns.toSorted(({ values: [a = 0] }, { values: [b = 0] }) => {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    return Number.isNaN(b) ? -1 : compare(a, b);
  });
}

const upwards = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

export const orderingFunctions: ReadonlyMap<string, VectorFunction> = new Map([
  ['sort', (site) => ordered(site, upwards)],
  ['sort_desc', (site) => ordered(site, (a, b) => upwards(b, a))],
]);
