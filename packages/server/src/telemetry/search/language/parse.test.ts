import { parse as parseLiqe } from 'liqe';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logRecord } from '../../../../test/log-records.ts';
import type { StoredRecord } from '../../logs/types.ts';
import { parseSearch } from './parse.ts';
import { toTest } from './to-test.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const finds = (text: string, record: Partial<StoredRecord>): boolean =>
  toTest(parseSearch(text, now))({ ...logRecord(record), id: 'a-0' });
const refusal = (text: string): string => {
  try {
    parseSearch(text, now);
  } catch (error) {
    return (error as { fields: { message: string }[] }).fields[0]?.message ?? '';
  }
  return 'not refused';
};

const payment: Partial<StoredRecord> = {
  severity: 'error',
  service: 'api',
  message: 'Payment failed for order 17: card (expired)',
  attributes: { duration: '250', user: 'ada', path: '/api/orders', 'http.status_code': '502' },
};

test('the search of the README finds what it says', () => {
  const text = 'level:error service:api "payment failed" duration:>100 -user:test';
  expect(finds(text, payment)).toBe(true);
  expect(finds(text, { ...payment, severity: 'warn' })).toBe(false);
  expect(finds(text, { ...payment, service: 'api-gateway' })).toBe(false);
  expect(finds(text, { ...payment, message: 'payment was failed' })).toBe(false);
  expect(finds(text, { ...payment, attributes: { duration: '100', user: 'ada' } })).toBe(false);
  expect(finds(text, { ...payment, attributes: { duration: '250', user: 'test' } })).toBe(false);
});

test.each([
  ['', true],
  ['*', true],
  ['PAYMENT', true],
  ['pay*order', true],
  ['pay?ent', true],
  [String.raw`pay\*order`, false],
  ['ada', true],
  ['"order 17: card (expired)"', true],
  ['card (expired)', true],
  ['message:failed', true],
  ['message:/order \\d+/', true],
  ['/ORDER \\d+/', false],
  ['/ORDER \\d+/i', true],
  ['path:/api/orders', true],
  ['path:/api/*', true],
  ['path:/ord/', true],
  ['path:"/api"', false],
  ['http.status_code:502', true],
  ['http.status_code:5*', true],
  ['http.status_code:[500 TO 599]', true],
  ['http.status_code:{502 TO *]', false],
  ['http.status_code:[* TO 502}', false],
  ['http.status_code:>=502', true],
  ['path:>5', false],
  ['-path:>5', true],
  ['missing:>5', false],
  ['NOT missing:>5', true],
  ['_exists_:user', true],
  ['_exists_:missing', false],
  ['user:*', true],
  ['missing:*', false],
  ['missing:""', true],
  ['level:ERR', true],
  ['level:>=warn', true],
  ['level:>error', false],
  ['level:[info TO error}', false],
  ['level:(debug OR error)', true],
  ['level:/^err/', true],
  ['level:w*', false],
  ['category:application', true],
  ['category:(security OR audit)', false],
  ['attributes.user:ada', true],
  ['service:ada OR user:ada AND level:error', true],
  ['(service:ada OR user:ada) AND level:debug', false],
  ['service:ada OR NOT user:ada OR level:debug', false],
  ['user:(ada OR test) -level:debug', true],
  ['!user:test', true],
  ['host:host-1', true],
  ['masked:*', false],
])('%s', (text, expected) => {
  expect(finds(text, payment)).toBe(expected);
});

test('addresses, times and things like them need no quotes', () => {
  const message = 'GET http://shop.example/a?b=1,2 from 192.168.1.10 and fe80::1 at 10:15:30; done';
  for (const text of ['http://shop.example', '192.168.1.10', 'fe80::1', '10:15:30', 'b=1,2', 'a?b=1'])
    expect(finds(text, { message })).toBe(true);
  expect(finds('client:192.168.1.10', { attributes: { client: '192.168.1.10' } })).toBe(true);
  expect(finds('client:192.168.1.10', { attributes: { client: '192x168.1.10' } })).toBe(false);
  expect(finds('at:2026-11-21T10:00:00Z', { attributes: { at: '2026-11-21T10:00:00Z' } })).toBe(true);
});

test('times are compared, the shorter they are written the longer they last', () => {
  const at = (text: string, time: string): boolean => finds(text, { timeMs: Date.parse(time) });
  expect(at('time:2026-11-21', '2026-11-21T23:59:59.999Z')).toBe(true);
  expect(at('time:>2026-11-21', '2026-11-21T23:59:59.999Z')).toBe(false);
  expect(at('time:[2026-11-21T10:00 TO 2026-11-21T10:05]', '2026-11-21T10:05:59.999Z')).toBe(true);
  expect(at('time:[2026-11-21T10:00 TO 2026-11-21T10:05}', '2026-11-21T10:05:00Z')).toBe(false);
  expect(at('time:>=now-15m', '2026-11-21T11:45:00Z')).toBe(true);
  expect(at('time:>=now-15m', '2026-11-21T11:44:59.999Z')).toBe(false);
  expect(at('time:<2026-11-21T12:00:00+02:00', '2026-11-21T09:59:59Z')).toBe(true);
});

test('letters beyond ASCII are found whatever their case', () => {
  expect(finds('ÜBERWEISUNG', { message: 'die überweisung' })).toBe(true);
  expect(finds('überw*ng', { message: 'DIE ÜBERWEISUNG' })).toBe(true);
});

test.each([
  ['level:', 'at character 7: a value is missing after level:'],
  ['level:loud', 'at character 7: a level is one of trace, debug'],
  ['a "b', 'at character 3: the text that begins here has no closing "'],
  ['(a OR b', 'at character 1: this parenthesis is not closed'],
  ['a)', 'at character 2: this parenthesis closes nothing'],
  ['a OR', 'at character 5: the search ends where a term is missing'],
  ['AND a', 'at character 1: a term is missing before AND'],
  ['a AND', 'at character 3: a term is missing after AND'],
  ['x NOT', 'at character 3: a term is missing after this'],
  ['duration:>fast', 'at character 11: only numbers can be compared here'],
  ['duration:[1 2]', 'at character 10: a range is like [1 TO 5]'],
  ['service:>5', 'at character 10: levels, times and numbers'],
  ['a /(/', 'at character 3: this is no regular expression of RE2'],
  ['/(?=a)/', 'at character 1: this is no regular expression of RE2'],
  ['time:yesterday', 'at character 6: a time is like'],
  ['category:other', 'at character 10: a category is one of'],
  ['('.repeat(60), 'deep'],
  [`${'-'.repeat(60)}a`, 'deep'],
  [Array.from({ length: 101 }, () => 'a').join(' '), 'at most 100 terms'],
])('%s is refused with its place', (text, message) => {
  expect(refusal(text)).toContain(message);
});

test('any text at all is understood or refused by its field, never anything else', () => {
  const piece = fc.constantFrom(
    'a',
    ':',
    '"',
    "'",
    '(',
    ')',
    '[',
    ' TO ',
    ']',
    '/',
    '\\',
    '*',
    '-',
    ' OR ',
    ' AND ',
    'NOT ',
    '>',
    '=',
    'é',
    '😀',
    'level',
    'time',
    '5',
    '.',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 20 }).map((all) => all.join('')),
      ),
      (text) => {
        expect(refusal(text)).toMatch(/^(not refused|at character \d+: )/);
      },
    ),
    { numRuns: 3000 },
  );
});

test('what liqe reads, reads the same here', () => {
  // Its trees without places; with one kind of operator, since liqe knows no precedence between them.
  type Liqe = ReturnType<typeof parseLiqe>;
  const shape = (ast: Liqe): unknown => {
    switch (ast.type) {
      case 'EmptyExpression':
        return 'all';
      case 'LogicalExpression':
        return [ast.operator.operator, shape(ast.left), shape(ast.right)];
      case 'ParenthesizedExpression':
        return shape(ast.expression);
      case 'UnaryOperator':
        return ['NOT', shape(ast.operand)];
      case 'Tag':
        return [
          ast.field.type === 'Field' ? ast.field.name : '',
          ast.operator?.operator ?? ':',
          ast.expression.type === 'LiteralExpression' ? String(ast.expression.value) : 'other',
        ];
    }
  };
  const own = (search: ReturnType<typeof parseSearch>): unknown => {
    if (search.kind === 'and' || search.kind === 'or') {
      const [first, ...rest] = search.terms.map(own);
      return rest.reduce((left, right) => [search.kind.toUpperCase(), left, right], first);
    }
    if (search.kind === 'not') return ['NOT', own(search.term)];
    if (search.kind === 'text') return ['', ':', search.test.kind === 'pattern' ? 'other' : search.test.text];
    if (search.kind === 'value' && search.of.kind === 'attribute') {
      return [search.of.name, ':', search.test.kind === 'pattern' ? 'other' : search.test.text];
    }
    if (search.kind === 'number' && search.of.kind === 'attribute') {
      const { min, max, minInclusive, maxInclusive } = search.span;
      const operator = min === null ? (maxInclusive ? ':<=' : ':<') : minInclusive ? ':>=' : ':>';
      return [search.of.name, operator, String(min ?? max)];
    }
    return search.kind;
  };
  const word = fc.constantFrom('abc', 'x1', 'some-thing', 'user@example.com', 'é');
  const term = fc.oneof(
    word,
    word.map((one) => `"${one} and ${one}"`),
    fc.tuple(fc.constantFrom('a', 'http.code', 'k8s_pod'), word).map(([name, value]) => `${name}:${value}`),
    fc
      .tuple(
        fc.constantFrom('a', 'b'),
        fc.constantFrom('>', '>=', '<', '<='),
        fc.integer({ min: -9, max: 99 }),
      )
      .map(([name, sign, value]) => `${name}:${sign}${value}`),
  );
  const negated = fc.tuple(fc.constantFrom('', '', '-', 'NOT '), term).map(([sign, one]) => `${sign}${one}`);
  const list = fc
    .tuple(fc.constantFrom(' ', ' AND ', ' OR '), fc.array(negated, { minLength: 1, maxLength: 4 }))
    .map(([between, all]) => all.join(between));
  fc.assert(
    fc.property(list, list, fc.boolean(), (first, second, grouped) => {
      const text = grouped ? `(${first}) (${second})` : first;
      expect(own(parseSearch(text, now))).toEqual(shape(parseLiqe(text)));
    }),
  );
});
