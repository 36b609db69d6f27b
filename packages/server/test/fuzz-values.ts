import fc, { type Arbitrary } from 'fast-check';

/** The part of JSON Schema that the document of the API uses. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Stands for the id of something that is there; whoever sends the request puts one in its place. */
export const knownId = (number: number): string => `@known${number}@`;

/** Values that break what is careless about text, numbers, paths, queries and prototypes. */
export const hostile: readonly unknown[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u200b\ufeff',
  '𝒳'.repeat(50),
  'x'.repeat(5000),
  '%00',
  '%',
  '%_%',
  '../../etc/passwd',
  '..%2f..%2f',
  "' or 1=1 --",
  '"; drop table access_user; --',
  '${7*7}{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  '=1+1',
  '(a+)+$',
  'NaN',
  '1e999',
  '-0',
  '9007199254740993',
  'null',
  'true',
  '[]',
  '2026-02-30T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-01-01T00:00:00Z',
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  Number.MAX_VALUE,
  [],
  {},
  [[]],
  { constructor: { prototype: { admin: true } } },
  JSON.parse('{"__proto__":{"admin":true}}'),
];

/** Addresses that lead nowhere, or to nothing that listens: nothing leaves this machine. */
const urls = [
  'http://127.0.0.1:64999/nothing',
  'https://127.0.0.1:64999/',
  'http://localhost:64999/?a=b#c',
  'http://[::1]:64999/',
  'http://127.0.0.1:99999/',
  'http://user:pass@127.0.0.1:64999/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'http://',
];

const hosts = ['127.0.0.1', 'localhost', '::1', '256.1.1.1', '0x7f000001', ''];

/** Options of kinds are records in the document; these are of the form that the kinds take. */
const options = fc.oneof(
  { weight: 3, arbitrary: fc.record({ url: fc.constantFrom(...urls) }) },
  fc.record({ host: fc.constantFrom(...hosts), port: fc.oneof(fc.constant(64_999), fc.integer()) }),
  fc.record({ url: fc.constantFrom(...urls), secret: fc.string(), method: fc.constantFrom('GET', 'BREW') }),
  fc.record({ graceMs: fc.integer(), maxAgeMs: fc.integer() }),
  fc.record({ pattern: fc.constantFrom('(a+)+$', 'node', '['), metric: fc.string() }),
  fc.record({
    url: fc.constantFrom(...urls),
    headers: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  }),
  fc.record({
    url: fc.constantFrom(...urls),
    jsonPath: fc.constantFrom('$', '$..*', '$[?(@.a==1)]', '$['),
    expected: fc.jsonValue(),
  }),
  fc.constant({}),
);

/** What a property of this name is most likely to hold, where its schema does not say. */
const byName: Readonly<Record<string, Arbitrary<unknown>>> = {
  options,
  url: fc.constantFrom(...urls),
  publicUrl: fc.constantFrom(null, 'https://custos.example', ...urls),
  host: fc.constantFrom(...hosts),
  range: fc.constantFrom('127.0.0.0/8', '::1', '127.0.0.1/33', '2001:db8::/129', 'x'),
  password: fc.constantFrom('copper walnut drifting moss', 'short', 'x'.repeat(128)),
};

const whole = (value: number | undefined, otherwise: number): number =>
  value === undefined || !Number.isSafeInteger(value) ? otherwise : value;

const byPattern = new Map<string, Arbitrary<string>>();

/** Made once for each expression, which takes long where it names classes of characters. */
function matching(pattern: string): Arbitrary<string> {
  const known =
    byPattern.get(pattern) ?? fc.stringMatching(new RegExp(pattern.replaceAll('\\P{Cc}', '[ -~äß漢]'), 'u'));
  byPattern.set(pattern, known);
  return known;
}

function textOf(schema: Schema): Arbitrary<unknown> {
  const { format, pattern, minLength = 0, maxLength = 200 } = schema;
  if (format === 'email') return fc.constantFrom('vic@example.com', 'new@example.com', 'Ä@example.com');
  if (format === 'uri') return fc.constantFrom(...urls);
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('2026-01-01'), max: new Date('2027-06-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  if (pattern !== undefined) return matching(pattern);
  const length = { minLength, maxLength: Math.min(maxLength, Math.max(minLength, 40)) };
  return fc.oneof(
    { weight: 6, arbitrary: fc.string({ ...length, unit: 'grapheme-ascii' }) },
    { weight: 1, arbitrary: fc.string({ ...length, unit: 'binary' }) },
    { weight: 4, arbitrary: fc.nat(99).map(knownId) },
  );
}

function objectOf(schema: Schema): Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const own = fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, damaged(byName[name] ?? sound(property))]),
    ),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  if (typeof additionalProperties !== 'object') return own;
  const more = fc.dictionary(fc.string({ maxLength: 12 }), sound(additionalProperties), { maxKeys: 4 });
  return fc.tuple(own, more).map(([mine, others]) => ({ ...others, ...mine }));
}

/** A value that the schema takes, as far as the schema says. */
function sound(schema: Schema): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(sound));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({
        min: Math.max(whole(schema.minimum ?? schema.exclusiveMinimum, -1000), -(2 ** 31)),
        max: Math.min(whole(schema.maximum, 1_000_000), 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -10, max: schema.maximum ?? 1000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(sound(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, Math.max(4, schema.minItems ?? 0)),
      });
    case 'object':
      return objectOf(schema);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

/** The same, and now and then something hostile in its place. */
function damaged(arbitrary: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof({ weight: 29, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(...hostile) });
}

/** What is sent where a value of this schema is expected: mostly sound, now and then hostile somewhere. */
export function fuzzOf(schema: Schema): Arbitrary<unknown> {
  return damaged(sound(schema));
}

/** One parameter of a path or query. */
export function fuzzParameter(schema: Schema): Arbitrary<string> {
  return fc
    .oneof(
      { weight: 6, arbitrary: fuzzOf(schema) },
      { weight: 2, arbitrary: fc.nat(99).map(knownId) },
      { weight: 1, arbitrary: fc.constantFrom(...hostile) },
    )
    .map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
}
