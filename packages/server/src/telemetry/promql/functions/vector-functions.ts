import type { Column } from '../evaluate/column.ts';
import type { CallSite } from '../evaluate/evaluator.ts';

/** A function that needs its arguments in its own way and gives an instant vector. */
export type VectorFunction = (site: CallSite) => Promise<readonly Column[]>;
