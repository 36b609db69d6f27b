import { expect, test } from 'vitest';
import { unescapeName } from './escaped-name.ts';
import { readParameters, timeParameter } from './parameters.ts';
import { pageOf } from './rule-pages.ts';
import { writeTime, writeValue } from './write-number.ts';
import { limited, resultPieces } from './write-result.ts';

test.each([
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [0.1, '0.1'],
  [1e-6, '0.000001'],
  [1.5e-7, '1.5e-07'],
  [1e-10, '1e-10'],
  [1e20, '100000000000000000000'],
  [1e21, '1e+21'],
  [-1.7976931348623157e308, '-1.7976931348623157e+308'],
  [Number.NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
])('the value %d is written %s, as Go does', (value, text) => {
  expect(writeValue(value)).toBe(text);
});

test('times are seconds with three digits after the point, or none', () => {
  expect([0, 1000, 1500, 1001, -1500, 1_767_225_600_123].map(writeTime)).toEqual([
    '0',
    '1',
    '1.500',
    '1.001',
    '-1.500',
    '1767225600.123',
  ]);
});

test('escaped names are read back, and what is no escape stays', () => {
  expect(unescapeName('U__http_2e_status_3a_code')).toBe('http.status:code');
  expect(unescapeName('U__a__b')).toBe('a_b');
  expect(unescapeName('U___1F600_')).toBe('😀');
  expect(unescapeName('U__a_zz_')).toBe('U__a_zz_');
  expect(unescapeName('U___d800_')).toBe('U___d800_');
  expect(unescapeName('job')).toBe('job');
});

test('times are read as seconds and as RFC 3339', () => {
  const read = (time: string) => timeParameter(readParameters({ time }, {}), 'time', 7);
  expect(read('')).toBe(7);
  expect(read('1.5')).toBe(1500);
  expect(read('1767225600.0004')).toBe(1_767_225_600_000);
  expect(read('2026-01-01T00:00:00.250Z')).toBe(1_767_225_600_250);
  expect(read('2026-01-01T02:00:00+02:00')).toBe(1_767_225_600_000);
  for (const wrong of ['yesterday', '2026-01-01', 'NaN', '1e99', '2026-13-01T00:00:00Z']) {
    expect(() => read(wrong)).toThrow(
      /invalid parameter "time": Invalid time value for 'time': cannot parse/,
    );
  }
});

test('a matrix comes out in bounded pieces that join to valid JSON, ordered by label', () => {
  const count = 50_000;
  const value = {
    type: 'matrix',
    series: [
      {
        labels: { z: '"', __name__: 'm', a: '1' },
        timestamps: Float64Array.from({ length: count }, (_, index) => index * 1000),
        values: new Float64Array(count).fill(0.5),
      },
    ],
  } as const;
  const pieces = [...resultPieces({ value, warnings: ['w'], infos: [] })];
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
  const text = pieces.join('');
  expect(text).toContain('{"__name__":"m","a":"1","z":"\\""}');
  const read = JSON.parse(text) as { data: { result: { values: unknown[] }[] }; warnings: string[] };
  expect(read.data.result[0]?.values).toHaveLength(count);
  expect(read.data.result[0]?.values[1]).toEqual([1, '0.5']);
  expect(read.warnings).toEqual(['w']);
});

test('a limit cuts and says so, and says nothing when it does not', () => {
  const samples = ['1', '2', '3'].map((a) => ({ labels: { a }, atMs: 0, value: 1 }));
  const result = { value: { type: 'vector', samples }, warnings: [], infos: [] } as const;
  expect(limited(result, 2)).toMatchObject({ warnings: ['results truncated due to limit'] });
  expect(limited(result, 3)).toBe(result);
});

test('groups come in pages, ordered by file and name, and the last page names no next one', () => {
  const groups = ['c', 'a', 'b'].map((name) => ({ file: name === 'a' ? 'z.yml' : 'y.yml', name }));
  const page = (query: Record<string, string>) => pageOf(groups, readParameters(query, {}));
  const first = page({ group_limit: '2' });
  expect(first.groups.map(({ name }) => name)).toEqual(['b', 'c']);
  const second = page({ group_limit: '2', group_next_token: first.groupNextToken ?? '' });
  expect(second).toEqual({ groups: [{ file: 'z.yml', name: 'a' }] });
  expect(page({}).groups).toBe(groups);
});
