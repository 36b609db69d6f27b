import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PromqlError } from '../errors.ts';
import type { Expression } from './ast.ts';
import { formatQuery } from './format.ts';
import { parseQuery } from './parse.ts';

function messageOf(query: string): string {
  try {
    parseQuery(query);
  } catch (error) {
    expect(error).toBeInstanceOf(PromqlError);
    return (error as PromqlError).message;
  }
  return 'no error';
}

/** The shape of an expression with every binary operation in brackets. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case 'binary':
      return `[${shape(expression.left)} ${expression.operator} ${shape(expression.right)}]`;
    case 'unary':
      return `${expression.operator}${shape(expression.inner)}`;
    case 'parenthesised':
      return shape(expression.inner);
    case 'number':
      return String(expression.value);
    case 'vector-selector':
      return expression.name + (expression.offsetMs === undefined ? '' : `<${expression.offsetMs}`);
    case 'call':
      return `${expression.name}(${expression.args.map(shape).join()})`;
    case 'subquery':
      return `${shape(expression.inner)}[:]`;
    case 'matrix-selector':
      return `${shape(expression.selector)}[]`;
    case 'aggregation':
      return `${expression.operator}(${shape(expression.inner)})`;
    case 'string':
      return JSON.stringify(expression.value);
  }
}

describe('precedence', () => {
  test.for([
    ['a + b offset 5m * c', '[a + [b<300000 * c]]'],
    ['a offset 1s + b', '[a<1000 + b]'],
    ['-a offset 1s', '-a<1000'],
    ['a + sum_over_time(b[5m]) * c', '[a + [sum_over_time(b[]) * c]]'],
    ['avg_over_time(a[5m:1m] offset 1m) - b', '[avg_over_time(a[:]) - b]'],
    ['-1 ^ 2', '-[1 ^ 2]'],
    ['2 ^ -1 ^ 2', '[2 ^ -[1 ^ 2]]'],
    ['-1 * 2', '[-1 * 2]'],
    ['2 ^ 3 ^ 4', '[2 ^ [3 ^ 4]]'],
    ['a or b and c unless d', '[a or [[b and c] unless d]]'],
    ['a - b - c', '[[a - b] - c]'],
    ['a == b + c * d atan2 e ^ f', '[a == [b + [[c * d] atan2 [e ^ f]]]]'],
    ['a offset 1s == b or c', '[[a<1000 == b] or c]'],
    ['offset offset 5m + sum by (offset) (OFFSET offset 1s)', '[offset<300000 + sum(OFFSET<1000)]'],
    ['offset{offset="1", offset="2"}', 'offset'],
  ])('%s', ([query, wanted]) => {
    expect(shape(parseQuery(query!))).toBe(wanted);
  });
});

describe('literals', () => {
  test.for([
    ['2.', 2],
    ['0X1F', 31],
    ['1.e3', 1000],
    ['.5', 0.5],
    ['0x1F', 31],
    ['017', 15],
    ['1_000', 1000],
    ['1h30m', 5400],
    ['-Inf', -Infinity],
    ['- - 3', 3],
    ['5m # a comment with 2. in it', 300],
  ] as const)('%s is %d', ([query, value]) => {
    expect(parseQuery(query)).toMatchObject({ kind: 'number', value });
  });

  test.for([
    [String.raw`"a\nb\x41\u00e9\101"`, 'a\nbAéA'],
    [String.raw`'it\'s "so"'`, 'it\'s "so"'],
    ['`raw \\n 2.`', 'raw \\n 2.'],
  ])('%s is read with the escapes of Go', ([query, value]) => {
    expect(parseQuery(query!)).toMatchObject({ kind: 'string', value });
  });
});

describe('errors', () => {
  test.for([
    ['', '1:1: parse error: no expression found in input'],
    ['a +', '1:4: parse error: unexpected end of input'],
    ['foo[5m', '1:7: parse error: unclosed left bracket'],
    ['sum(x', '1:6: parse error: unclosed left parenthesis'],
    ['sum(x # )', '1:10: parse error: unclosed left parenthesis'],
    ['((a)\n', '2:1: parse error: unclosed left parenthesis'],
    ['sum by (x', '1:10: parse error: unclosed left parenthesis'],
    ['sum(a[5m', '1:9: parse error: unclosed left parenthesis'],
    ['a{b="("', '1:8: parse error: unexpected end of input inside braces'],
    ['rate(x{a="b"', '1:13: parse error: unexpected end of input inside braces'],
    ['sum("abc', '1:5: parse error: unterminated quoted string'],
    ['atan2', '1:1: parse error: unexpected <op:atan2>'],
    [
      '1e1000',
      '1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e1000": value out of range',
    ],
    ['a b', '1:3: parse error: unexpected identifier "b"'],
    ['a +\n  )', `2:4: parse error: unexpected right parenthesis ')'`],
    ['(a + ', '1:6: parse error: unclosed left parenthesis'],
    ['"abc', '1:1: parse error: unterminated quoted string'],
    ['no_such(a)', '1:1: parse error: unknown function with name "no_such"'],
    [
      'rate(a)',
      '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    [
      'sum(a[5m])',
      '1:5: parse error: expected type instant vector in aggregation expression, got range vector',
    ],
    ['topk("x", a)', '1:6: parse error: expected type scalar in aggregation parameter, got string'],
    ['rate(a[5m], 1)', '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'],
    ['round()', '1:1: parse error: expected at least 1 argument(s) in call to "round", got 0'],
    ['round(a, 1, 2)', '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    [
      'label_join(a, "b")',
      '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 2',
    ],
    ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['a + bool b', '1:3: parse error: bool modifier can only be used on comparison operators'],
    ['1 and a', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ['a + on(x) 1', '1:1: parse error: vector matching only allowed between instant vectors'],
    ['a or on(x) group_left 1', '1:1: parse error: vector matching only allowed between instant vectors'],
    ['1 and on() 2', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ['a or on(x) group_left b', '1:1: parse error: no grouping allowed for "or" operation'],
    [
      'a * on(x) group_left(x) b',
      '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
    ],
    ['a + "s"', '1:5: parse error: binary expression must contain only scalar and instant vector types'],
    [
      '-"s"',
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "string"',
    ],
    ['{a=~".*"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['a{__name__="b"}', '1:1: parse error: metric name must not be set twice: "a" or "b"'],
    ['sum(a)[5m]', '1:7: parse error: ranges only allowed for vector selectors'],
    ['a offset 1m [5m]', '1:13: parse error: no offset modifiers allowed before range'],
    ['a @ 1 [5m]', '1:7: parse error: no @ modifiers allowed before range'],
    ['a offset 1m offset 2m', '1:1: parse error: offset may not be set multiple times'],
    [
      'sum(a) offset 1m',
      '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
    ],
    ['1[5m:1m]', '1:1: parse error: subquery is only allowed on instant vector, got scalar instead'],
    ['a[0s]', '1:3: parse error: duration must be greater than 0'],
    ['mad_over_time(a[5m])', '1:1: parse error: function "mad_over_time" is not enabled'],
    ['max_of(1, 2)', '1:1: parse error: function "max_of" is not enabled'],
    ['a[STEP()]', '1:3: parse error: function "step" is not enabled'],
    ['sum(a b)', '1:7: parse error: unexpected identifier "b" in aggregation'],
    ['abs(a 1)', '1:7: parse error: unexpected number "1"'],
    ['abs(a,)', '1:6: parse error: trailing commas not allowed in function call args'],
    ['sum by a', '1:8: parse error: unexpected identifier "a" in grouping opts, expected "("'],
    [
      'sum by (a b) (c)',
      '1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")"',
    ],
    ['sum by (a) without (b) (c)', '1:12: parse error: unexpected <without> in aggregation'],
    ['a{b}', '1:4: parse error: unexpected "}" in label matching, expected label matching operator'],
    ['a{b=}', '1:5: parse error: unexpected "}" in label matching, expected string'],
    ['a{b="c" d="e"}', '1:9: parse error: unexpected identifier "d" in label matching, expected "," or "}"'],
    ['a{1="b"}', `1:3: parse error: unexpected character inside braces: '1'`],
    ['a @ b', '1:5: parse error: unexpected identifier "b" in @, expected timestamp'],
    [
      'a offset b',
      '1:10: parse error: unexpected identifier "b" in offset, expected number, duration, step(), or range()',
    ],
    ['a[5m:1m:1m]', `1:8: parse error: unexpected colon ':'`],
    ['a[1.5m]', '1:3: parse error: not a valid duration string: "1.5m"'],
    ['a[b]', `1:3: parse error: unexpected character in duration expression: 'b'`],
    ['> a', '1:1: parse error: unexpected <op:>>'],
    ['1 bool 2', '1:3: parse error: unexpected <bool>'],
    ['a "0123456789abc"', '1:3: parse error: unexpected string "\\"012345678"...'],
    ['$a', `1:1: parse error: unexpected character: '$'`],
    ['a ! b', `1:3: parse error: unexpected character after '!': ' '`],
    [String.raw`"\q"`, `1:1: parse error: unknown escape sequence U+0071 'q'`],
    [String.raw`"\x4"`, `1:1: parse error: illegal character U+0022 '"' in escape sequence`],
    [String.raw`"\400"`, '1:1: parse error: escape sequence is an invalid Unicode code point'],
    [String.raw`"\ud800"`, '1:1: parse error: escape sequence is an invalid Unicode code point'],
    ['a b(1)', '1:3: parse error: unexpected identifier "b"'],
    ['limitk(1, a)', '1:1: parse error: limitk() is experimental and is not enabled'],
    ['a[5m * 2]', '1:3: parse error: experimental duration expression is not enabled'],
  ])('%s', ([query, message]) => {
    expect(messageOf(query!)).toBe(message);
  });

  test('patterns that RE2 does not have are refused, also those that would close the group around them', () => {
    expect(messageOf(String.raw`a{b=~"(?=x)"}`)).toContain('error parsing regexp');
    expect(messageOf(String.raw`a{b=~"x)(y"}`)).toContain('error parsing regexp');
    expect(messageOf(String.raw`a{b=~"(x)\\1"}`)).toContain('error parsing regexp');
  });

  test('nesting without end is refused instead of exhausting the stack', () => {
    expect(messageOf('('.repeat(5000) + '1' + ')'.repeat(5000))).toContain('nested deeper');
    expect(messageOf(`a${' + a'.repeat(5000)}`)).toContain('nested deeper');
    expect(shape(parseQuery(`a${' + a'.repeat(500)}`))).toHaveLength(3 + 500 * 6 - 2);
  });

  test('no text makes the parser throw anything but its own error', () => {
    const piece = fc.constantFrom(
      'a',
      'sum',
      '(',
      ')',
      '[5m]',
      '{',
      '}',
      'b="c"',
      ',',
      '+',
      '-',
      '^',
      ' offset 5m',
      ' @ 1',
      'by',
      '"',
      '1.',
      'rate',
      '[5m:]',
      ' bool ',
      '==',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        ),
        (query) => {
          try {
            parseQuery(query);
          } catch (error) {
            expect(error).toBeInstanceOf(PromqlError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('format', () => {
  test.for([
    ['sum(rate(a{b = "c"}[5m]))by(d)', 'sum by (d) (rate(a{b="c"}[5m]))'],
    ['topk(5,a) without(b,c)', 'topk without (b, c) (5, a)'],
    ['a/on(x)group_left(y)b', 'a / on (x) group_left (y) b'],
    ['a and ignoring(x) b', 'a and ignoring (x) b'],
    ['a[1h:5m]offset -1d@ end()', 'a[1h:5m] @ end() offset -1d'],
    ['{"a.b", "c.d"="e"}', '{"a.b","c.d"="e"}'],
    ['1e3+Inf', '1000 + +Inf'],
    ["label_replace(a,'b',`c`,\"d\",'e')", 'label_replace(a, "b", "c", "d", "e")'],
  ])('%s', ([query, wanted]) => {
    expect(formatQuery(query!)).toBe(wanted);
    expect(formatQuery(wanted!)).toBe(wanted);
  });

  test('breaks what is longer than a line, inside out', () => {
    const selector = `http_request_duration_seconds_bucket{job="${'j'.repeat(40)}"}`;
    expect(formatQuery(`histogram_quantile(0.9, sum by (le) (rate(${selector}[5m]))) > 1`)).toBe(
      [
        '  histogram_quantile(',
        '    0.9,',
        '    sum by (le) (',
        `      rate(${selector}[5m])`,
        '    )',
        '  )',
        '>',
        '  1',
      ].join('\n'),
    );
  });
});
