import type { Expression } from './ast.ts';
import { build } from './build.ts';
import { readGrammar } from './grammar-tree.ts';
import { checkTypes } from './type-check.ts';

/**
 * Reads a query and checks its types.
 *
 * @throws PromqlError `bad_data` with line, column and what is wrong, in the words of Prometheus's parser
 *   for types, and naming the unexpected text for syntax.
 */
export function parseQuery(query: string): Expression {
  const expression = build(readGrammar(query));
  checkTypes(query, expression);
  return expression;
}
