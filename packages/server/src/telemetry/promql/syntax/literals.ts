import { ExperimentalFeatureError, parseError } from '../errors.ts';
import { readDuration } from '../duration-text.ts';
import { readFloat } from '../number-text.ts';
import { unquote } from '../string-text.ts';
import type { NumberLiteral } from './ast.ts';
import { firstFault } from './first-fault.ts';
import type { GrammarNode } from './grammar-tree.ts';

/** Whole numbers follow Go: `0x1f` is hexadecimal, `017` octal, `0b1` binary, `1_000` a thousand. */
function readWhole(text: string): number | undefined {
  const digits = text.replaceAll('_', '');
  if (/^0x[\da-f]+$/i.test(digits) || /^0b[01]+$/i.test(digits)) return Number(digits);
  const octal = /^0o?([0-7]+)$/i.exec(digits);
  if (octal !== null) return Number.parseInt(octal[1]!, 8);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Reads a number or a duration without a sign; a duration counts in seconds. */
export function readNumber(node: GrammarNode): NumberLiteral {
  const { text, span } = node;
  const whole = readWhole(text) ?? readFloat(text.replaceAll('_', ''));
  if (whole === Infinity && /^\d/.test(text)) {
    const reason = `strconv.ParseFloat: parsing ${JSON.stringify(text)}: value out of range`;
    throw parseError(node.query, span, `error parsing number: ${reason}`);
  }
  if (whole !== undefined) return { kind: 'number', value: whole, isDuration: false, span };
  const duration = readDuration(text);
  if (duration === undefined)
    throw parseError(node.query, span, `not a valid duration string: ${JSON.stringify(text)}`);
  return { kind: 'number', value: duration / 1000, isDuration: true, span };
}

/** Reads a quoted text. */
export function readString(node: GrammarNode): string {
  const value = unquote(node.text);
  if (value === undefined) {
    throw firstFault(node.query) ?? parseError(node.query, node.span, `malformed string ${node.text}`);
  }
  return value;
}

/** The milliseconds that a range, step or offset names; calculations with durations are experimental. */
export function readMilliseconds(node: GrammarNode): number {
  const sign = node.children.find((child) => child.name === 'UnaryOp');
  const inner = node.children.find((child) => child !== sign);
  const isCall = /^Duration(?!Expr)/.test(node.children[0]?.name ?? '');
  if (isCall || node.children.length > 2 || (node.children.length === 2 && sign === undefined)) {
    throw new ExperimentalFeatureError(
      node.query,
      node.span,
      'experimental duration expression is not enabled',
    );
  }
  if (inner === undefined) return Math.round(readNumber(node).value * 1000);
  return readMilliseconds(inner) * (sign?.text === '-' ? -1 : 1);
}
