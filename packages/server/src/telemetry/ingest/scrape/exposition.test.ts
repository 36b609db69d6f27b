import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExpositionError, readExposition } from './exposition.ts';
import { readSeriesText } from './series-text.ts';

function read(text: string, open = false) {
  const samples: [string, number, number | undefined][] = [];
  const metadata: [string, string, string][] = [];
  readExposition(text, open, {
    sample: (...sample) => samples.push(sample),
    metadata: (...entry) => metadata.push(entry),
  });
  return { samples, metadata };
}

test('the text format is read with its comments, times, escapes and loose spaces', () => {
  const { samples, metadata } = read(
    [
      '# HELP http_requests_total The "total"\\nof \\\\ requests.',
      '# TYPE http_requests_total counter',
      '# a remark',
      '',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      'msdos_file_access_time_seconds{path="C:\\\\DIR\\\\F}.TXT",error="no \\"x\\"\\n"} 1.458255915e9',
      '  spaced  { a = "b" , }\t+Inf   -5',
      'nan NaN',
      'last 0.5',
    ].join('\n'),
  );
  expect(metadata).toEqual([
    ['http_requests_total', 'help', 'The "total"\nof \\ requests.'],
    ['http_requests_total', 'type', 'counter'],
  ]);
  expect(samples).toEqual([
    ['http_requests_total{method="post",code="200"}', 1027, 1395066363000],
    [
      'msdos_file_access_time_seconds{path="C:\\\\DIR\\\\F}.TXT",error="no \\"x\\"\\n"}',
      1.458255915e9,
      undefined,
    ],
    ['spaced  { a = "b" , }', Infinity, -5],
    ['nan', Number.NaN, undefined],
    ['last', 0.5, undefined],
  ]);
  expect(Object.fromEntries(readSeriesText(samples[1]![0]))).toEqual({
    __name__: 'msdos_file_access_time_seconds',
    path: 'C:\\DIR\\F}.TXT',
    error: 'no "x"\n',
  });
  expect(Object.fromEntries(readSeriesText(samples[2]![0]))).toEqual({ __name__: 'spaced', a: 'b' });
});

test('OpenMetrics is read with units, exemplars, seconds and its end', () => {
  const text = [
    '# TYPE acme_http counter',
    '# UNIT acme_http seconds',
    '# HELP acme_http Time.',
    'acme_http_total{path="/a # b"} 3 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.5',
    'acme_http_created 1520872607.123',
    '# EOF',
    '',
  ].join('\n');
  const { samples, metadata } = read(text, true);
  expect(samples).toEqual([
    ['acme_http_total{path="/a # b"}', 3, 1520879607789],
    ['acme_http_created', 1520872607.123, undefined],
  ]);
  expect(metadata).toContainEqual(['acme_http', 'unit', 'seconds']);
});

test.each([
  'metric',
  'metric{a="b"',
  'metric 1 2 3',
  'metric one',
  'metric 0x1A',
  'metric 1 1.5',
  '# TYPE metric banana',
])('the text format has no line such as %j', (line) => {
  expect(() => read(`${line}\n`)).toThrow(ExpositionError);
});

test.each([
  'metric 1\n',
  'metric 1\n# EOF\nmetric 2\n',
  'metric 1\n\n# EOF\n',
  'metric  1\n# EOF\n',
  '# remark\n# EOF\n',
  'metric 1',
  'metric 1\n# EO',
])('OpenMetrics refuses %j', (text) => {
  expect(() => read(text, true)).toThrow(ExpositionError);
});

test.each([
  '{}',
  '1abc',
  'a{b}',
  'a{b="c"}x',
  'a{b="1",b="2"}',
  'a{,}',
  'a{b=c}',
  'a{"x",b="1"}',
  'a{1b="c"}',
])('%j is no series', (text) => {
  expect(() => readSeriesText(text)).toThrow(ExpositionError);
});

test('names outside the old alphabet stand in quotes', () => {
  expect(Object.fromEntries(readSeriesText('{"http.requests",method="get","dotted.label"="x"}'))).toEqual({
    __name__: 'http.requests',
    method: 'get',
    'dotted.label': 'x',
  });
});

test('whatever the values, what was written is read', () => {
  const escape = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.double(), (label, value) => {
      const shown = Number.isNaN(value)
        ? 'NaN'
        : value === Infinity
          ? '+Inf'
          : String(value).replace('Infinity', 'Inf');
      const { samples } = read(`m{l="${escape(label)}"} ${shown}\n`);
      expect(samples[0]?.[1]).toEqual(Object.is(value, -0) ? expect.closeTo(0) : value);
      expect(readSeriesText(samples[0]![0]).get('l')).toBe(label);
    }),
  );
});

test('noise is refused or read, and nothing else', () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (noise, open) => {
      try {
        for (const [series] of read(noise, open).samples) readSeriesText(series);
      } catch (error) {
        expect(error).toBeInstanceOf(ExpositionError);
      }
    }),
  );
});
