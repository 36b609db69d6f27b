import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { compileAnchored } from './regular-expression.ts';

const part = fc.constantFrom(
  '.*',
  '.+',
  'a',
  'b',
  'ab',
  '|',
  '\n',
  'ä',
  '😀',
  '?',
  '{2}',
  '[ab]',
  '(',
  ')',
  '^',
  '.',
  '\\.',
);
const piece = fc.constantFrom('a', 'b', 'ab', '\n', 'ä', '😀', '.', '');

test('patterns that are tested without RE2 match what RE2 matches', () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
      fc.array(fc.array(piece, { maxLength: 4 }), { minLength: 5, maxLength: 10 }),
      (pattern, texts) => {
        let compiled: RE2JS;
        try {
          RE2JS.compile(pattern);
          compiled = RE2JS.compile(`^(?s:${pattern})$`);
        } catch {
          expect(() => compileAnchored(pattern)).toThrow();
          return;
        }
        const anchored = compileAnchored(pattern);
        for (const pieces of texts) {
          const text = pieces.join('');
          expect([pattern, text, anchored.matches(text)]).toEqual([pattern, text, compiled.testExact(text)]);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
