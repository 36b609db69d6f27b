import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Labels } from '../../base/labels.ts';
import { createMatcher } from '../promql/matcher.ts';
import { acceptedBy, createActiveCatalogue } from './active-catalogue.ts';
import type { ActiveSeries } from './active-series.ts';

const value = fc.constantFrom('', 'a', 'b', 'ab', 'b\na', '1');
const labels: fc.Arbitrary<Labels> = fc.record({
  __name__: fc.constantFrom('m', 'n'),
  x: value,
  y: value,
  constructor: value,
});
const matcher = fc
  .tuple(
    fc.constantFrom('__name__', 'x', 'y', 'constructor', 'absent'),
    fc.oneof(
      fc.tuple(fc.constantFrom('=' as const, '!=' as const), fc.constantFrom('', 'a', 'b', 'm')),
      fc.tuple(
        fc.constantFrom('=~' as const, '!~' as const),
        fc.constantFrom('', '.*', '.+', 'a|b', 'a.*', '.*a', 'm', '[ab]+', '|a'),
      ),
    ),
  )
  .map(([name, [operator, pattern]]) => createMatcher(name, operator, pattern));

const present = (series: readonly ActiveSeries[]): string[] =>
  series.map((one) => JSON.stringify(one.labels)).toSorted();

const withoutEmpty = (of: Labels): Labels =>
  Object.fromEntries(
    Object.entries(of)
      .filter(([, text]) => text !== '')
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

test('a selector finds exactly the series that all its matchers accept, also after others were forgotten', () => {
  fc.assert(
    fc.property(
      fc.array(labels, { maxLength: 40 }),
      fc.array(matcher, { maxLength: 4 }),
      fc.array(labels, { maxLength: 10 }),
      (all, matchers, gone) => {
        const catalogue = createActiveCatalogue();
        const known = new Map<string, Labels>();
        for (const one of all) {
          if (catalogue.find(one) === undefined) expect(catalogue.add(one)).toBeDefined();
          known.set(JSON.stringify(withoutEmpty(one)), withoutEmpty(one));
        }
        const forgotten = new Set(gone.flatMap((one) => catalogue.find(one) ?? []));
        catalogue.remove([...forgotten]);
        for (const one of forgotten) known.delete(JSON.stringify(one.labels));
        for (const one of gone.slice(0, 3)) {
          if (catalogue.find(one) === undefined) catalogue.add(one);
          known.set(JSON.stringify(withoutEmpty(one)), withoutEmpty(one));
        }
        const wanted = [...known].filter(([, of]) => acceptedBy(matchers, of)).map(([text]) => text);
        expect(present(catalogue.select(matchers))).toEqual(wanted.toSorted());
        expect(catalogue.size).toBe(known.size);
        expect([...catalogue.names()].toSorted()).toEqual(
          [...new Set([...known.values()].flatMap((of) => Object.keys(of)))].toSorted(),
        );
        expect([...catalogue.values('x')].toSorted()).toEqual(
          [...new Set([...known.values()].flatMap((of) => of['x'] ?? []))].toSorted(),
        );
      },
    ),
  );
});

test('a series that was forgotten comes back as the same object, or as the one that took its place', () => {
  const catalogue = createActiveCatalogue();
  const one = catalogue.add({ __name__: 'm' })!;
  catalogue.remove([one]);
  expect(one.ref).toBe(-1);
  expect(catalogue.revive(one)).toBe(one);
  catalogue.remove([one]);
  const other = catalogue.add({ __name__: 'm' })!;
  expect(other).not.toBe(one);
  expect(catalogue.revive(one)).toBe(other);
});

test('a label may be called as something that every object has', () => {
  const catalogue = createActiveCatalogue();
  const odd = Object.defineProperty({ __name__: 'm', toString: 'x' } as Record<string, string>, '__proto__', {
    value: 'y',
    enumerable: true,
  });
  catalogue.add(odd);
  catalogue.add({ __name__: 'm' });
  expect(catalogue.select([createMatcher('toString', '=', 'x')])).toHaveLength(1);
  expect(catalogue.select([createMatcher('__proto__', '=', 'y')])).toHaveLength(1);
  expect(catalogue.select([createMatcher('toString', '=', '')])).toHaveLength(1);
});
