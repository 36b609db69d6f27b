import type { CallSite } from '../evaluate/evaluator.ts';
import type { Column } from '../evaluate/column.ts';
import type { VectorFunction } from './vector-functions.ts';

/** Orders an instant vector by value, NaN last either way. A range query has an order of its own. */
async function ordered(
  site: CallSite,
  compare: (a: number, b: number) => number,
): Promise<readonly Column[]> {
  const { evaluator, args, steps, span } = site;
  if (steps.count !== 1) {
    evaluator.run.annotations.warn(
      'sort is ineffective for range queries since results are always ordered by labels',
      span,
    );
    return evaluator.vector(args[0]!, steps);
  }
  const columns = await evaluator.vector(args[0]!, steps);
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
