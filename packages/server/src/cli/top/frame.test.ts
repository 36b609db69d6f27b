import { describe, expect, test } from 'vitest';
import { cut, oneLine, widthOf } from './cells.ts';
import type { TopData } from './data.ts';
import { frameOf, type Scene } from './frame.ts';
import { busy, sceneTime, textOf } from './scene-fixture.ts';
import { ageText, bytesText, compact } from './words.ts';

const scene: Scene = {
  url: 'http://127.0.0.1:4600',
  data: busy,
  away: null,
  now: sceneTime,
  everySeconds: 2,
};
const unknown = (why: string) => ({ known: false, why, away: false }) as const;
const forbidden: TopData = {
  ...busy,
  alerts: unknown('needs a token with the permission alert.read'),
  ingest: unknown('needs a token with the permission telemetry.manage'),
  logs: unknown('needs a token with the permission log.read'),
  system: unknown('needs a token with the permission system.read'),
};

const lines = (changed: Partial<Scene>, columns: number, rows = 24): string[] =>
  frameOf({ ...scene, ...changed }, { columns, rows }).map(textOf);

describe.each([
  [80, 24],
  [120, 40],
  [40, 15],
])('at %i columns and %i rows', (columns, rows) => {
  test('a busy night fills the screen, and nothing is wider or longer than it', () => {
    const shown = frameOf(scene, { columns, rows });
    expect(shown).toHaveLength(rows);
    for (const line of shown) {
      const text = line.map((span) => span.text).join('');
      expect(widthOf(text), text).toBeLessThanOrEqual(columns);
      // oxlint-disable-next-line no-control-regex -- that none is left is what is tested.
      expect(text).not.toMatch(/[\u0000-\u001F\u007F]/);
      expect(text.isWellFormed()).toBe(true);
    }
  });

  test('every section is there with at least one row, what is worst first', () => {
    const text = lines({}, columns, rows);
    expect(text[0]).toContain('✗ critical');
    const after = (title: string): string => text[text.findIndex((line) => line.startsWith(title)) + 1] ?? '';
    expect(after('ALERTS')).toMatch(/^high +firing/);
    expect(text.find((line) => line.startsWith('ALERTS'))).toContain('4 open');
    expect(after('PROBES')).toMatch(/✗ down +payments-/);
    expect(after('RATES')).toMatch(/^ *1\.2k\/s metrics/);
    expect(after('LOGS')).toMatch(/^\d\d:\d\d:\d\d (error|warn|info)/);
    expect(text.at(-1)).toBe('q quit   r refresh now');
  });

  test('what may not be read says which permission is missing, and the rest is shown', () => {
    const text = lines({ data: forbidden }, columns, rows);
    expect(text.length).toBeLessThanOrEqual(rows);
    expect(text.filter((line) => line.startsWith('cannot be shown: needs a'))).toHaveLength(3);
    expect(text.join('\n')).toContain('✗ down');
  });

  test('a server that is away leaves the last state with its age, and nothing green', () => {
    const away = { away: 'The server cannot be reached.', now: sceneTime + 65_000 };
    const shown = frameOf({ ...scene, ...away }, { columns, rows });
    expect(textOf(shown[0] ?? [])).toMatch(/^CUSTOS {2}✗ offline, as it was 1m ago/);
    expect(shown.flat().filter(({ tone }) => tone === 'good')).toEqual([]);
    expect(
      frameOf(scene, { columns: 120, rows })
        .flat()
        .some(({ tone }) => tone === 'good'),
    ).toBe(true);
  });
});

test('no size breaks it', () => {
  for (const columns of [1, 2, 10, 23, 59, 60, 99, 100, 250]) {
    for (const rows of [1, 2, 5, 9, 29, 30, 100]) {
      const shown = frameOf(scene, { columns, rows });
      expect(shown.length).toBeLessThanOrEqual(rows);
      for (const line of shown)
        expect(widthOf(line.map(({ text }) => text).join(''))).toBeLessThanOrEqual(columns);
    }
  }
});

test('before the first answer it tells whom it asks, and why there is none', () => {
  expect(lines({ data: null }, 80)).toEqual([
    'CUSTOS  asking http://127.0.0.1:4600',
    'q quit   r refresh now',
  ]);
  expect(lines({ data: null, away: 'The server cannot be reached.', everySeconds: null }, 80)).toEqual([
    'CUSTOS  ✗ offline: The server cannot be reached.  http://127.0.0.1:4600',
  ]);
});

test('why there is no answer is told whole where the first line has no room for it', () => {
  expect(lines({ data: null, away: 'The server cannot be reached.' }, 24)).toEqual([
    'CUSTOS  ✗ offline: The…',
    'The server cannot be',
    'reached.',
    'http://127.0.0.1:4600',
    'q quit   r refresh now',
  ]);
});

test('of more alerts than are listed it says that there are more, and of logs no count at all', () => {
  const text = lines({ data: { ...busy, moreAlerts: true } }, 80);
  expect(text.find((line) => line.startsWith('ALERTS'))).toContain('4+ open');
  expect(text.find((line) => line.startsWith('LOGS'))).toBe('LOGS');
});

test('red is for alerts that nobody has taken', () => {
  const shown = frameOf(scene, { columns: 120, rows: 60 });
  const tones = shown
    .filter((line) => /^(critical|high|medium)$/.test(line[0]?.text ?? ''))
    .map((line) => [line[0]?.text, line[0]?.tone]);
  expect(tones).toEqual([
    ['high', 'bad'],
    ['medium', 'warning'],
    ['critical', 'dim'],
  ]);
});

test('logs run downwards, the newest last', () => {
  const text = lines({ everySeconds: null }, 80);
  const times = text.map((line) => /^(\d\d:\d\d:\d\d) /.exec(line)?.[1]).filter((time) => time !== undefined);
  expect(times).toEqual(['23:59:56', '23:59:57', '23:59:58', '23:59:59', '00:00:00'].slice(-times.length));
  expect(times.length).toBeGreaterThan(2);
  expect(text.at(-1)).toMatch(/^00:00:00 error/);
});

test('figures are short', () => {
  expect([950, 999.96, 1234, 34_200_000, 0.25, 0].map(compact)).toEqual([
    '950',
    '1.0k',
    '1.2k',
    '34M',
    '0.3',
    '0',
  ]);
  expect([0, 999, 98_765, 2.5e9].map(bytesText)).toEqual(['0 B', '999 B', '99 kB', '2.5 GB']);
  expect([-5, 999, 59_999, 60_000, 7_200_000, 9e8].map(ageText)).toEqual([
    '0s',
    '0s',
    '59s',
    '1m',
    '2h',
    '10d',
  ]);
});

test('wide characters take two cells, marks none, and a cut never overflows', () => {
  expect(['abc', '決済', '🚀', 'e\u0301', '한', 'ﾊ', '❤\uFE0F'].map(widthOf)).toEqual([3, 4, 2, 1, 2, 1, 3]);
  expect(cut('決済サービス', 5)).toBe('決済…');
  expect(cut('決済サービス', 4)).toBe('決…');
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abc', 0)).toBe('');
  expect(oneLine(' a\n\tb\u001B[2J\uD800 ')).toBe('a b\uFFFD[2J\uFFFD');
});
