import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { parseError, type Span } from '../errors.ts';
import { correctedText } from './corrected-text.ts';
import { firstFault } from './first-fault.ts';

/** A node of the grammar's tree together with the text that it was read from. */
export interface GrammarNode {
  readonly name: string;
  readonly span: Span;
  readonly text: string;
  readonly query: string;
  readonly children: readonly GrammarNode[];
}

// Deeper nesting than this is no query that a person or a tool writes, and reading it would exhaust the stack.
const deepest = 1000;

function convert(node: SyntaxNode, query: string, depth: number): GrammarNode {
  const span = { start: node.from, end: node.to };
  if (depth > deepest) throw parseError(query, span, `expression is nested deeper than ${deepest} levels`);
  if (node.type.isError) throw unexpected(query, node);
  const children: GrammarNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(convert(child, query, depth + 1));
  }
  return { name: node.name, span, text: query.slice(node.from, node.to), query, children };
}

/** What is wrong at a node that the grammar could not place. */
function unexpected(query: string, node: SyntaxNode): Error {
  const fault = firstFault(query);
  if (fault !== undefined) return fault;
  const text = /^\S+/.exec(query.slice(node.from).trimStart())?.[0];
  const message = text === undefined ? 'unexpected end of input' : `unexpected ${JSON.stringify(text)}`;
  return parseError(query, { start: node.from, end: node.to }, message);
}

/** The grammar's tree of a query. Throws `bad_data` at the first place that is no PromQL. */
export function readGrammar(query: string): GrammarNode {
  if (query.trim() === '') throw parseError(query, { start: 0, end: 0 }, 'no expression found in input');
  const root = convert(parser.parse(correctedText(query)).topNode, query, 0);
  const [expression] = root.children;
  if (expression === undefined) throw parseError(query, { start: 0, end: 0 }, 'no expression found in input');
  return expression;
}

export const childNamed = (node: GrammarNode, ...names: readonly string[]): GrammarNode | undefined =>
  node.children.find((child) => names.includes(child.name));
