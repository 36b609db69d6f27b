/** What stands before an operand: nothing, an opening, a comma or an operator. */
const beforeOperand = /(?:^|[(,+\-*/%^=<>~]|\b(?:and|or|unless|atan2|bool))\s*$/i;

/**
 * Rewrites what Prometheus reads and the grammar does not, keeping every position: a number that ends in a
 * dot (`2.`, `1.e5`) becomes one with a leading zero (`02`, `01e5`), `0X1F` becomes `0x1F`, and a metric that
 * is called `offset` and the function `holt_winters`, which the grammar forgot with Prometheus 2, get other names
 * of their length, since names are read from the query itself. Strings and comments stay as they are.
 */
export function correctedText(query: string): string {
  const pieces = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`[^`]*`|#[^\n]*|[\w.:]+/g;
  return query.replace(pieces, (piece, at: number) => {
    if (/^offset$/i.test(piece)) return beforeOperand.test(query.slice(0, at)) ? 'metric' : piece;
    if (piece === 'holt_winters') return 'day_of_month';
    return piece.replace(/^(\d+)\.(?=$|e)/i, '0$1').replace(/^0X/, '0x');
  });
}
