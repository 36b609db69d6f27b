import { messageOf } from '../../../base/errors.ts';
import { ExperimentalFeatureError, parseError } from '../errors.ts';
import { metricName } from '../label-set.ts';
import { writeFixed } from '../number-text.ts';
import { createMatcher, isLabelName } from '../matcher.ts';
import type { MatchOperator, Matcher } from '../types.ts';
import type { AtModifier, Expression, VectorSelector } from './ast.ts';
import { childNamed, type GrammarNode } from './grammar-tree.ts';
import { readMilliseconds, readNumber, readString } from './literals.ts';

function readMatcher(node: GrammarNode): Matcher {
  const [name, operator, value] = node.children;
  const label = name!.name === 'QuotedLabelName' ? readString(name!.children[0]!) : name!.text;
  const text = readString(value!);
  try {
    return createMatcher(label, operator!.text as MatchOperator, text);
  } catch (error) {
    throw parseError(node.query, node.span, messageOf(error));
  }
}

/** Reads `name{matchers}`, where the name may also stand quoted among the matchers. */
export function readVectorSelector(node: GrammarNode): VectorSelector {
  const { span, query } = node;
  let name = childNamed(node, 'Identifier')?.text ?? '';
  // The only operator of letters that the grammar takes for a name.
  if (/^atan2$/i.test(name)) throw parseError(query, span, `unexpected <op:${name}>`);
  const matchers: Matcher[] = [];
  for (const child of childNamed(node, 'LabelMatchers')?.children ?? []) {
    if (child.name !== 'QuotedLabelName') {
      matchers.push(readMatcher(child));
      continue;
    }
    const quoted = readString(child.children[0]!);
    if (name !== '') {
      throw parseError(
        query,
        child.span,
        `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(quoted)}`,
      );
    }
    if (!isLabelName(quoted))
      throw parseError(query, child.span, `invalid metric name ${JSON.stringify(quoted)}`);
    name = quoted;
  }
  if (name !== '') {
    const twice = matchers.find((matcher) => matcher.name === metricName);
    if (twice !== undefined) {
      throw parseError(
        query,
        span,
        `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(twice.value)}`,
      );
    }
    matchers.push(createMatcher(metricName, '=', name));
  }
  if (matchers.every((matcher) => matcher.matches(''))) {
    throw parseError(query, span, 'vector selector must contain at least one non-empty matcher');
  }
  return { kind: 'vector-selector', matchers, name, span };
}

function readAt(node: GrammarNode, target: Expression): AtModifier {
  const bound = childNamed(node, 'AtModifierPreprocessors');
  if (bound !== undefined) return { kind: /^start/i.test(bound.text) ? 'start' : 'end' };
  const literal = node.children.at(-1)!;
  const [, sign = '', digits = ''] = /^([+-]?)\s*(.*)$/.exec(literal.text)!;
  const seconds = readNumber({ ...literal, text: digits }).value * (sign === '-' ? -1 : 1);
  const ms = Math.round(seconds * 1000);
  if (!Number.isSafeInteger(ms)) {
    const text = Number.isFinite(seconds) ? seconds.toFixed(6) : writeFixed(seconds);
    throw parseError(node.query, target.span, `timestamp out of bounds for @ modifier: ${text}`);
  }
  return { kind: 'time', ms };
}

/** The expression with `offset` or `@` set, on what they may stand behind. */
function withModifier(target: Expression, node: GrammarNode): Expression {
  const isOffset = node.name === 'OffsetExpr';
  const what = isOffset ? 'offset modifier' : '@ modifier';
  const base = target.kind === 'matrix-selector' ? target.selector : target;
  if (base.kind !== 'vector-selector' && base.kind !== 'subquery') {
    throw parseError(
      node.query,
      target.span,
      `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }
  if ((isOffset ? base.offsetMs : base.at) !== undefined) {
    throw parseError(
      node.query,
      node.span,
      `${isOffset ? 'offset' : '@ <timestamp>'} may not be set multiple times`,
    );
  }
  const modifier = isOffset
    ? { offsetMs: readMilliseconds(node.children.at(-1)!) }
    : { at: readAt(node, target) };
  const span = { start: target.span.start, end: node.span.end };
  const changed = { ...base, ...modifier, span };
  if (target.kind !== 'matrix-selector') return changed;
  return { ...target, selector: changed as VectorSelector, span };
}

function positive(node: GrammarNode): number {
  const ms = readMilliseconds(node);
  if (ms <= 0) throw parseError(node.query, node.span, 'duration must be greater than 0');
  return ms;
}

/** Applies what stands behind an operand: a range, a subquery, `offset` or `@`. */
export function applyPostfix(target: Expression, node: GrammarNode): Expression {
  const span = { start: target.span.start, end: node.span.end };
  if (node.name === 'OffsetExpr' || node.name === 'StepInvariantExpr') return withModifier(target, node);
  const durations = node.children.filter((child) => child.name === 'DurationExpr');
  if (node.name === 'SubqueryExpr') {
    const [range, step] = durations;
    const rangeMs = positive(range!);
    return {
      kind: 'subquery',
      inner: target,
      rangeMs,
      ...(step === undefined ? {} : { stepMs: positive(step) }),
      span,
    };
  }
  if (node.name !== 'MatrixSelector') {
    throw new ExperimentalFeatureError(
      node.query,
      node.span,
      'anchored and smoothed modifiers are experimental and not enabled',
    );
  }
  const bracket = node.query.indexOf('[', target.span.end);
  const fail = (message: string): Error => parseError(node.query, { start: bracket, end: span.end }, message);
  if (target.kind !== 'vector-selector') throw fail('ranges only allowed for vector selectors');
  if (target.offsetMs !== undefined) throw fail('no offset modifiers allowed before range');
  if (target.at !== undefined) throw fail('no @ modifiers allowed before range');
  return { kind: 'matrix-selector', selector: target, rangeMs: positive(durations[0]!), span };
}
