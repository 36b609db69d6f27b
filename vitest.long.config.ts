import { defineConfig } from 'vitest/config';
import { secondTry } from './vitest.config.ts';

/** The fault suites: minutes long, one at a time, because each wants the machine to itself. */
export default defineConfig({
  test: {
    include: ['packages/**/*.long.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 20 * 60_000,
    retry: secondTry,
    hookTimeout: 120_000,
  },
});
