import { defineConfig } from 'oxlint';
import { domains, walls } from './checks/walls.ts';

const server = 'packages/server/src';

/** Import patterns that a folder may not reach, from the table in `checks/walls.ts`. */
function forbiddenFor(folder: string, also: readonly string[] = []): { group: string[]; message: string } {
  const allowed = [...(walls[folder] ?? []), ...also];
  const group = ['**/store.ts', '!./store.ts', '!./**/store.ts'];
  for (const other of Object.keys(walls)) {
    if (other === folder || allowed.includes('*') || allowed.includes(other)) continue;
    group.push(`../${other}/**`, `../../${other}/**`);
    for (const file of allowed.filter((entry) => entry.startsWith(`${other}/`))) {
      group.push(`!../${file}.ts`, `!../../${file}.ts`);
    }
  }
  return { group, message: `${folder}/ may not import this; see checks/walls.ts and ARCHITECTURE.md.` };
}

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'react'],
  categories: { correctness: 'error' },
  ignorePatterns: ['**/dist/**', '**/node_modules/**', 'data/**'],
  options: { typeAware: true },
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/ban-ts-comment': 'error',
    'import/no-cycle': 'error',
    // Ports are plain objects made of closures: none of their functions uses `this`.
    'typescript/unbound-method': 'off',
    'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
    'max-params': ['error', { max: 3 }],
    'no-console': 'error',
    'node/no-process-env': 'error',
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'Time comes from base/clock.ts.' },
    ],
  },
  overrides: [
    ...Object.keys(walls)
      .filter((folder) => folder !== 'app')
      .map((folder) => ({
        files: [`${server}/${folder}/**/*.ts`],
        rules: {
          'no-restricted-imports': ['error', { patterns: [forbiddenFor(folder)] }] as never,
        },
      })),
    ...domains.map((folder) => ({
      files: [`${server}/${folder}/**/routes*.ts`],
      rules: {
        'no-restricted-imports': ['error', { patterns: [forbiddenFor(folder, ['http'])] }] as never,
      },
    })),
    { files: [`${server}/app/options.ts`], rules: { 'node/no-process-env': 'off' } },
    { files: [`${server}/base/clock.ts`], rules: { 'no-restricted-properties': 'off' } },
    { files: [`${server}/cli/**`, 'scripts/**', 'bench/**', 'examples/**'], rules: { 'no-console': 'off' } },
    {
      // Tests and tools measure real time, pass environments to children and reach behind the doors.
      files: [
        '**/*.test.ts',
        '**/test/**',
        'scripts/**',
        'bench/**',
        'examples/**',
        'checks/**',
        'packages/web/**',
        'packages/client/**',
      ],
      rules: {
        'no-restricted-properties': 'off',
        'no-restricted-imports': 'off',
        'node/no-process-env': 'off',
      },
    },
    { files: ['**/*.test.ts', '**/migrations/**'], rules: { 'max-lines': 'off' } },
  ],
});
