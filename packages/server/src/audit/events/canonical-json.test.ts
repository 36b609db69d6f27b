import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, maxDepth } from './canonical-json.ts';

function double(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE();
}

test('numbers are written as in appendix B of RFC 8785', () => {
  const samples: readonly (readonly [string, string])[] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ];
  expect(samples.map(([hex]) => canonicalJson(double(hex)))).toEqual(samples.map(([, text]) => text));
});

test('numbers that JSON does not have are refused', () => {
  for (const hex of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000']) {
    expect(() => canonicalJson({ amount: double(hex) })).toThrow(/amount must be a finite number/);
  }
});

test('the example of section 3.2.2 and 3.2.3 of RFC 8785 has the published bytes', () => {
  const input: unknown = JSON.parse(`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`);
  const published =
    '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a' +
    '5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d3237' +
    '5d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d';
  expect(Buffer.from(canonicalJson(input), 'utf8').toString('hex')).toBe(published);
});

test('members are sorted by UTF-16 code units, as in section 3.2.3 of RFC 8785', () => {
  const input: unknown = JSON.parse(`{
    "\\u20ac": "Euro Sign",
    "\\r": "Carriage Return",
    "\\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\\ud83d\\ude00": "Emoji: Grinning Face",
    "\\u0080": "Control",
    "\\u00f6": "Latin Small Letter O With Diaeresis"
  }`);
  const order = Object.values(JSON.parse(canonicalJson(input)) as Record<string, string>);
  // A parser lists integer-like names first, so the names are read from the text.
  const names = [...canonicalJson(input).matchAll(/:"([^"]+)"/g)].map(([, name]) => name);
  expect(order).toHaveLength(7);
  expect(names).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test('many members are sorted as few are', () => {
  const names = Array.from({ length: 100 }, (_, number) => `n${(number * 37) % 100}`);
  const written = canonicalJson(Object.fromEntries(names.map((name) => [name, 1])));
  expect([...written.matchAll(/n\d+/g)].map(([name]) => name)).toEqual(names.toSorted());
});

test('structures of the reference test data have their published form', () => {
  const structures: unknown = JSON.parse(
    '{"1":{"f":{"f":"hi","F":5} ,"\\n":56.0},"10":{ },"":"empty","a":{ },"111":[ { } ],"A":{ }}',
  );
  expect(canonicalJson(structures)).toBe(
    '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}',
  );
  const arrays: unknown = JSON.parse('[56,{"d":true,"10":null,"1":[ ]}]');
  expect(canonicalJson(arrays)).toBe('[56,{"1":[],"10":null,"d":true}]');
});

test('what is not JSON is refused with its place', () => {
  const place = (value: unknown): string => {
    try {
      canonicalJson({ list: [1, { value }] });
    } catch (error) {
      return (error as { fields?: { field: string }[] }).fields?.[0]?.field ?? 'no field';
    }
    return 'accepted';
  };
  const wrong = ['\ud800', 'a\udc00', Number.NaN, 1n, new Date(0), new Map(), () => 1, Symbol('x')];
  expect(wrong.map(place)).toEqual(wrong.map(() => 'list.1.value'));
  expect(place({ '\ud800': 1 })).toBe('list.1.value.\ud800');
  expect(place(JSON.parse('{"__proto__": {"admin": true}}'))).toBe('list.1.value.__proto__');
  expect(place('\u0000\u2028 fine 😂')).toBe('accepted');
});

test('nesting that would exhaust a reader is refused', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = [value];
    return value;
  };
  expect(canonicalJson(nested(maxDepth))).toContain('1');
  expect(() => canonicalJson(nested(maxDepth + 1))).toThrow(/nested at most 32/);
  expect(() => canonicalJson(nested(50_000))).toThrow(/nested at most 32/);
});

test('whatever the order of members, the bytes are the same, and they read back to the same value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'));
      fc.pre(JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(value)));
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
    { numRuns: 300 },
  );
});
