import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { ExperimentalFeatureError, parseError, type Span } from '../errors.ts';
import { correctedText } from './corrected-text.ts';
import { endOfInput } from './end-of-input.ts';
import { experimentalFunctions } from './function-signatures.ts';

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

/** A name that is called at the place of an error, and where it stands. */
function calledName(
  query: string,
  start: number,
): { readonly name: string; readonly at: number } | undefined {
  const here = /^([a-zA-Z_]\w*)\s*\(/.exec(query.slice(start));
  if (here !== null) return { name: here[1]!, at: start };
  const before = query[start] === '(' ? /([a-zA-Z_]\w*)\s*$/.exec(query.slice(0, start)) : null;
  return before === null ? undefined : { name: before[1]!, at: before.index };
}

/** What is wrong at a node that the grammar could not place. */
function unexpected(query: string, node: SyntaxNode): Error {
  const rest = query.slice(node.from);
  const next = /^\s*("[^"\n]*"?|'[^'\n]*'?|`[^`]*`?|[\w:.]+|[=!<>]=|=~|!~|\S)/.exec(rest);
  if (next === null) return endOfInput(query);
  const word = next[1]!;
  const start = node.from + next[0].length - word.length;
  const called = calledName(query, start);
  if (called === undefined) {
    return parseError(query, { start, end: start + word.length }, `unexpected ${JSON.stringify(word)}`);
  }
  const span = { start: called.at, end: called.at + called.name.length };
  // Durations call these in any case of letters.
  const name = experimentalFunctions.has(called.name.toLowerCase()) ? called.name.toLowerCase() : called.name;
  if (experimentalFunctions.has(name)) {
    return new ExperimentalFeatureError(query, span, `function ${JSON.stringify(name)} is not enabled`);
  }
  if (called.at === start) {
    return parseError(query, { start, end: start + word.length }, `unexpected ${JSON.stringify(word)}`);
  }
  return parseError(query, span, `unknown function with name ${JSON.stringify(name)}`);
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
