import { defineConfig } from 'vitest/config';

/** Waits that ran out, on a machine that does other work as well. A wrong answer gets no second try. */
export const secondTry = { count: 1, condition: /did not come true|did not happen|timed out/ };

export default defineConfig({
  test: {
    globalSetup: ['packages/server/test/shared-postgres.ts'],
    include: ['packages/**/*.test.ts', 'checks/**/*.test.ts', 'bench/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.long.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    retry: secondTry,
    hookTimeout: 60_000,
  },
});
