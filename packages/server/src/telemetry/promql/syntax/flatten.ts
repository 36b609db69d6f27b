import type { Span } from '../errors.ts';
import type { GrammarNode } from './grammar-tree.ts';

/** One element of an expression in the order of the text, before precedence is applied. */
export type Element =
  | { readonly kind: 'operand'; readonly node: GrammarNode; readonly span: Span }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly span: Span }
  | { readonly kind: 'infix'; readonly operator: string; readonly node: GrammarNode; readonly span: Span }
  | { readonly kind: 'postfix'; readonly node: GrammarNode; readonly span: Span };

const postfixes = new Set(['OffsetExpr', 'StepInvariantExpr', 'MatrixSelector', 'SubqueryExpr']);
const experimental = new Set(['AnchoredExpr', 'SmoothedExpr']);

/** True for nodes whose modifiers were tied to too much text by the grammar. */
const isPostfix = (node: GrammarNode): boolean => postfixes.has(node.name) || experimental.has(node.name);

/**
 * Writes a node out as operands, signs, operators and postfixes. The grammar ties `offset`, `@` and ranges
 * to everything on their left (`a + b offset 5m` moves `a` as well) and a sign to its number (`-1 ^ 2` is 1);
 * the order of the text is right in either case, so precedence is applied to it anew.
 */
export function flatten(node: GrammarNode, into: Element[] = []): Element[] {
  const { span } = node;
  if (node.name === 'BinaryExpr') {
    const [left, operator] = node.children;
    const right = node.children.at(-1)!;
    flatten(left!, into);
    into.push({ kind: 'infix', operator: operator!.text.toLowerCase(), node, span: operator!.span });
    return flatten(right, into);
  }
  if (node.name === 'UnaryExpr') {
    const [sign, inner] = node.children;
    into.push({ kind: 'sign', operator: sign!.text === '-' ? '-' : '+', span: sign!.span });
    return flatten(inner!, into);
  }
  if (isPostfix(node)) {
    flatten(node.children[0]!, into);
    into.push({ kind: 'postfix', node, span });
    return into;
  }
  const signed = node.name === 'NumberDurationLiteral' ? /^[+-]\s*/.exec(node.text) : null;
  if (signed === null) {
    into.push({ kind: 'operand', node, span });
    return into;
  }
  const digits = { start: span.start + signed[0].length, end: span.end };
  into.push({
    kind: 'sign',
    operator: signed[0][0] === '-' ? '-' : '+',
    span: { start: span.start, end: span.start + 1 },
  });
  into.push({
    kind: 'operand',
    node: { ...node, span: digits, text: node.text.slice(signed[0].length) },
    span: digits,
  });
  return into;
}
