import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const server = new URL('../', import.meta.url);
const page = readFileSync(new URL('../../docs/security/asvs.md', server), 'utf8');

/** Tests that the page names, as `[file, name]`. */
function named(): (readonly [string, string])[] {
  const inFiles = [...page.matchAll(/`((?:src|test)\/[\w./-]+\.ts) › ([^`]+)`/g)];
  const blackBox = [...page.matchAll(/black box › `([^`]+)`/g)];
  return [
    ...inFiles.map(([, file = '', name = '']) => [file, name] as const),
    ...blackBox.map(([, name = '']) => ['test/access-black-box.test.ts', name] as const),
  ];
}

test('every test that the list of ASVS items names is there', () => {
  const tests = named();
  expect(tests.length).toBeGreaterThan(60);
  const missing = tests.filter(([file, name]) => {
    const path = new URL(file, server);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(name.replaceAll("'", "\\'"));
  });
  expect(missing).toEqual([]);
});

/** Items of levels 1 and 2 by section: how many there are; those of level 3 come after them in each. */
const sections: Readonly<Record<string, number>> = {
  '6.1': 3,
  '6.2': 12,
  '6.3': 4,
  '6.4': 4,
  '6.5': 5,
  '6.6': 3,
  '6.8': 4,
  '7.1': 3,
  '7.2': 4,
  '7.3': 2,
  '7.4': 5,
  '7.5': 2,
  '7.6': 2,
  '8.1': 2,
  '8.2': 3,
  '8.3': 1,
  '8.4': 1,
  '9.1': 3,
  '9.2': 4,
  '16.1': 1,
  '16.2': 5,
  '16.3': 4,
  '16.4': 3,
  '16.5': 3,
};

test('every item of levels 1 and 2 of the five chapters has its line, and there are no others', () => {
  const lines = page.split('\n').flatMap((line) => /^\| (\d[\d., -]*) \| [\d, ]+ \|/.exec(line)?.[1] ?? []);
  const listed = lines.flatMap((items) =>
    items.split(', ').flatMap((item) => {
      const [first = '', last = first] = item.split(' - ');
      const [chapter = '', section = '', from = ''] = first.split('.');
      const to = Number(last.split('.')[2]);
      return Array.from(
        { length: to - Number(from) + 1 },
        (_, at) => `${chapter}.${section}.${Number(from) + at}`,
      );
    }),
  );
  const wanted = Object.entries(sections).flatMap(([section, last]) =>
    Array.from({ length: last }, (_, at) => `${section}.${at + 1}`),
  );
  expect(listed.toSorted()).toEqual(wanted.toSorted());
});
