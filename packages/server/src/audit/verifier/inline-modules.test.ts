import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test, vi } from 'vitest';
import { inlineModules } from './inline-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'custos-inline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `FROM name` stands for the end of an import, which this file must not seem to have itself. */
function inlined(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    const whole = text
      .replaceAll(/FROM (\w+)/g, (_, other: string) => ['from', `'./${other}.ts'`].join(' '))
      .replaceAll(/FROM_PACKAGE (\w+)/g, (_, other: string) => ['from', `'${other}'`].join(' '));
    writeFileSync(join(folder, name), whole);
  }
  return inlineModules(join(folder, 'main.ts'));
}

test('modules with the same names inside run as one script, each once, and no import is left', () => {
  const said: string[] = [];
  const script = inlined({
    'main.ts': `import { say, type Word } FROM say;\nimport { twice } FROM twice;\nconst own: Word = 'main';\nsay(own);\nsay(twice('a'));`,
    'twice.ts': `import { join } FROM join;\nimport type { Word } FROM say;\nconst own = 2;\nexport const twice = (word: Word): Word => join(Array.from({ length: own }, () => word));`,
    'join.ts': `import { say } FROM say;\nsay('join');\nexport function join(words: readonly string[]): string { return words.join('+'); }`,
    'say.ts': `declare const said: string[];\nexport type Word = string;\nconst own: Word = 'say';\nsaid.push(own);\nexport async function later(): Promise<void> {}\nexport function say(word: Word): void { said.push(word); }`,
  });
  expect(script).not.toMatch(/^\s*(?:import|export)\b/m);
  runInNewContext(script, { said });
  expect(said).toEqual(['say', 'join', 'main', 'a+a']);
});

test.each([
  ['a circle', `import { b } FROM other;\nb();`, `import { a } FROM main;\nexport const b = () => a;`],
  ['a default export', `import { b } FROM other;\nb();`, `export const b = 1;\nexport default b;`],
  ['a list of exports', `import { b } FROM other;\nb();`, `const b = 1;\nexport { b };`],
  ['a package', `import { z } FROM_PACKAGE zod;\nz();`, ''],
  ['everything of a module', `import * as b FROM other;\nb.b();`, 'export const b = 1;'],
  ['the end of a script', `export const a = '</script>';`, ''],
  ['an HTML comment', `export const a = '<!-- ';`, ''],
])('%s is refused rather than guessed at', (_, main, other) => {
  expect(() => inlined({ 'main.ts': main, 'other.ts': other })).toThrow(TypeError);
});

test('whoever exports evidence is not told about the experiments of Node', () => {
  const warned = vi.spyOn(process, 'emitWarning');
  inlined({ 'main.ts': 'export const a: number = 1;' });
  expect(warned).not.toHaveBeenCalled();
  expect(process.emitWarning).toBe(warned);
});
