import fc from 'fast-check';
import { logCategories, logSeverities } from '@custos/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../../test/columns.ts';
import { keepRecords, logRecord } from '../../../../test/log-records.ts';
import type { StoredRecord } from '../../logs/types.ts';
import { parseSearch } from './parse.ts';
import { toSql } from './to-sql.ts';
import { toTest } from './to-test.ts';

const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
const now = Date.now();
let records: StoredRecord[];

const texts = [
  'payment failed for order 17',
  'PAYMENT FAILED',
  'Zahlung für Ölheizung über 5 €',
  'ZAHLUNG FÜR ÖLHEIZUNG',
  'line one\nline two',
  'a*b?c [x] (y) {z} ^$ .|+\\',
  'it\'s 100% "quoted"',
  'Kelvin K and ſ',
  '😀 emoji',
  'İstanbul ıstanbul',
  'tab\there',
  '',
];
const values = [
  '5',
  '5.0',
  '-5',
  '+5',
  '.5',
  '5.',
  '5.e1',
  '1e3',
  '1E+3',
  'inf',
  '-Infinity',
  'nan',
  '+inf',
  '-nan',
  '',
  ' 5',
  '5 ',
  '0x10',
  '1e400',
  '0005',
  '9007199254740993',
  '99.95',
  'abc',
  'ABC',
  'a b',
  'é',
  'É',
  '1_000',
  '--1',
  '1e',
  'e1',
  'true',
];

beforeAll(async () => {
  await columns.start();
  await columns.ready();
  const some: Omit<StoredRecord, 'id'>[] = [];
  for (let index = 0; index < 240; index += 1) {
    const pick = <Item>(list: readonly Item[], step: number): Item =>
      list[(index * step + step) % list.length] as Item;
    some.push(
      logRecord({
        timeMs: now - index * 60_000,
        category: pick(logCategories, 3),
        severity: pick(logSeverities, 5),
        service: pick(['api', 'web', 'API', ''], 1),
        host: pick(['host-1', 'host-2'], 1),
        traceId: index % 3 === 0 ? 'abcdef0123456789abcdef0123456789' : '',
        message: pick(texts, 7),
        attributes: {
          ...(index % 4 === 0 ? {} : { amount: pick(values, 11) }),
          ...(index % 5 === 0 ? { user: pick(texts, 5) } : {}),
          ...(index % 7 === 0 ? { service: 'inner', 'a b': 'x' } : {}),
        },
        masked: index % 6 === 0 ? ['card', 'email'] : [],
      }),
    );
  }
  records = await keepRecords(columns, some);
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

/** Ids of the records that columns finds and that the test in memory finds. */
async function both(text: string): Promise<[string[], string[]]> {
  const search = parseSearch(text, now);
  const { sql, parameters } = toSql(search);
  const rows = await columns.query<{ id: string }>(
    `SELECT concat(spool_id, '-', toString(spool_row)) AS id FROM log_record WHERE ${sql}`,
    parameters,
  );
  const fits = toTest(search);
  return [
    rows.map(({ id }) => id).toSorted(),
    records
      .filter(fits)
      .map(({ id }) => id)
      .toSorted(),
  ];
}

test('no value is ever part of the statement', () => {
  const { sql, parameters } = toSql(
    parseSearch(
      `"zzz'" level:warn zzz:"zzz" zzz:>7777 /zzz/ zz*z category:audit time:>2026-11-21 masked:zzz _exists_:zzz`,
      now,
    ),
  );
  expect(sql).not.toMatch(/zz|7777|warn|audit|2026/);
  expect(Object.values(parameters)).toEqual(
    expect.arrayContaining(["zzz'", 'zzz', 'warn', 7777, 'audit', '(?s)zzz']),
  );
});

test('columns and memory find the same records, whatever is searched', { timeout: 120_000 }, async () => {
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  const part = fc
    .tuple(fc.constantFrom(...texts, ...values), fc.nat(8), fc.nat(8), fc.boolean())
    .map(([text, from, length, upper]) => {
      const cut = Array.from(text)
        .slice(from, from + 1 + length)
        .join('');
      return upper ? cut.toUpperCase() : cut;
    });
  const wild = part.map(
    (text) => `${text.replaceAll(/[\s\S]/g, (one) => (/[\w€éÉ]/.test(one) ? one : '?'))}*`,
  );
  const place = fc.constantFrom(
    'service',
    'host',
    'trace',
    'message',
    'amount',
    'user',
    'attributes.service',
    '"a b"',
    'missing',
  );
  const number = fc.oneof(
    fc.constantFrom('0', '5', '-5', '0.5', '99.95', '1000', '1e3', '9007199254740992'),
    fc.integer({ min: -10, max: 1100 }).map(String),
  );
  const leaf = fc.oneof(
    part.map(quote),
    wild,
    fc.tuple(place, part).map(([name, text]) => `${name}:${quote(text)}`),
    fc.tuple(place, wild).map(([name, text]) => `${name}:${text}`),
    fc
      .tuple(
        place,
        fc.constantFrom(
          '/^p/',
          '/[0-9]+/',
          '/FAILED/i',
          '/ö.*g/i',
          '/one.line/',
          '/^$/',
          '/[K]/i',
          '/\\x{1F600}/',
          '/(a|b)?c/',
        ),
      )
      .map(([name, text]) => `${name}:${text}`),
    fc
      .tuple(fc.constantFrom('amount', 'missing', 'user'), fc.constantFrom('>', '>=', '<', '<='), number)
      .map(([name, sign, value]) => `${name}:${sign}${value}`),
    fc
      .tuple(number, number, fc.constantFrom('[]', '[}', '{]', '{}'))
      .map(([low, high, [open = '', close = '']]) => `amount:${open}${low} TO ${high}${close}`),
    fc.constantFrom(
      'amount:[* TO *]',
      'amount:*',
      '_exists_:user',
      'missing:*',
      'missing:""',
      'trace:*',
      'masked:*',
      'masked:card',
      'masked:iban',
      '*',
      '_exists_:level',
      '_exists_:masked',
    ),
    fc
      .tuple(fc.constantFrom('', '>', '>=', '<', '<='), fc.constantFrom(...logSeverities))
      .map(([sign, level]) => `level:${sign}${level}`),
    fc.constantFrom(
      'level:w*',
      'level:zz*',
      'level:/r$/',
      'category:/it$/',
      'category:nothing*',
      'level:[debug TO error}',
    ),
    fc.constantFrom(...logCategories).map((name) => `category:${name}`),
    fc.constantFrom(
      'time:>now-1h',
      'time:<=now-90m',
      'time:[now-3h TO now-2h}',
      `time:${new Date(now).toISOString().slice(0, 10)}`,
    ),
  );
  const { search } = fc.letrec<{ search: string }>((tie) => ({
    search: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc
        .tuple(tie('search'), fc.constantFrom(' ', ' AND ', ' OR '), tie('search'))
        .map(([left, between, right]) => `(${left})${between}(${right})`),
      tie('search').map((inner) => `NOT (${inner})`),
    ),
  }));
  let found = 0;
  await fc.assert(
    fc.asyncProperty(search, async (text) => {
      const [inColumns, inMemory] = await both(text);
      found += inMemory.length;
      expect(inColumns).toEqual(inMemory);
    }),
    { numRuns: 400 },
  );
  expect(found).toBeGreaterThan(1000);
});
