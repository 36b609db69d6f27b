import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test, vi } from 'vitest';
import { inlineModules } from './inline-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'custos-inline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inlined(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return inlineModules(join(folder, 'main.ts'));
}

test('modules with the same names inside run as one script, each once, and no import is left', () => {
  const said: string[] = [];
  const script = inlined({
    'main.ts': `import { say, type Word } from './say.ts';\nimport { twice } from './twice.ts';\nconst own: Word = 'main';\nsay(own);\nsay(twice('a'));`,
    'twice.ts': `import { join } from './join.ts';\nimport type { Word } from './say.ts';\nconst own = 2;\nexport const twice = (word: Word): Word => join(Array.from({ length: own }, () => word));`,
    'join.ts': `import { say } from './say.ts';\nsay('join');\nexport function join(words: readonly string[]): string { return words.join('+'); }`,
    'say.ts': `declare const said: string[];\nexport type Word = string;\nconst own: Word = 'say';\nsaid.push(own);\nexport async function later(): Promise<void> {}\nexport function say(word: Word): void { said.push(word); }`,
  });
  expect(script).not.toMatch(/^\s*(?:import|export)\b/m);
  runInNewContext(script, { said });
  expect(said).toEqual(['say', 'join', 'main', 'a+a']);
});

test.each([
  [
    'a circle',
    `import { b } from './other.ts';\nb();`,
    `import { a } from './main.ts';\nexport const b = () => a;`,
  ],
  ['a default export', `import { b } from './other.ts';\nb();`, `export const b = 1;\nexport default b;`],
  ['a list of exports', `import { b } from './other.ts';\nb();`, `const b = 1;\nexport { b };`],
  ['a package', `import { z } from 'zod';\nz();`, ''],
  ['everything of a module', `import * as b from './other.ts';\nb.b();`, 'export const b = 1;'],
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
