import { isComparison, isSetOperator, type Binary } from '../syntax/ast.ts';
import { arithmetic, comparison } from './arithmetic.ts';
import { hasSamples, joinSameLabels, withoutName, type Column } from './column.ts';
import type { Run } from './evaluator.ts';

/** Number by number; comparisons give 0 or 1, since between scalars they cannot filter. */
export function betweenScalars(binary: Binary, left: Float64Array, right: Float64Array): Float64Array {
  const { operator } = binary;
  if (isSetOperator(operator)) throw new TypeError(`${operator} has no meaning between scalars.`);
  if (!isComparison(operator)) return left.map((value, step) => arithmetic[operator](value, right[step]!));
  return left.map((value, step) => (comparison[operator](value, right[step]!) ? 1 : 0));
}

interface VectorAndScalar {
  readonly columns: readonly Column[];
  readonly scalar: Float64Array;
  readonly scalarOnLeft: boolean;
}

/** Each sample against the scalar. A filtering comparison keeps the sample's own value. */
export async function vectorWithScalar(
  run: Run,
  binary: Binary,
  { columns, scalar, scalarOnLeft }: VectorAndScalar,
): Promise<readonly Column[]> {
  const { operator, returnBool } = binary;
  if (isSetOperator(operator)) throw new TypeError(`${operator} has no meaning with a scalar.`);
  const compares = isComparison(operator) ? comparison[operator] : undefined;
  const calculates = isComparison(operator) ? undefined : arithmetic[operator];
  const results: Column[] = [];
  for (const column of columns) {
    await run.budget.pause();
    const values = new Float64Array(scalar.length);
    const present = column.present.slice();
    for (let step = 0; step < values.length; step += 1) {
      if (present[step] === 0) continue;
      const sample = column.values[step]!;
      const left = scalarOnLeft ? scalar[step]! : sample;
      const right = scalarOnLeft ? sample : scalar[step]!;
      if (compares === undefined) values[step] = calculates!(left, right);
      else {
        const kept = compares(left, right);
        values[step] = returnBool ? Number(kept) : sample;
        if (!kept && !returnBool) present[step] = 0;
      }
    }
    const dropsName = compares === undefined || returnBool;
    const identity = dropsName ? withoutName(column, run.delayedNameRemoval) : column;
    const result = { labels: identity.labels, dropName: identity.dropName, values, present };
    if (hasSamples(result)) results.push(result);
  }
  return joinSameLabels(results);
}
