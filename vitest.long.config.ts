import { defineConfig } from 'vitest/config';
import { secondTry } from './vitest.config.ts';

/** The fault suites: minutes long, two at a time, since most of that is waiting for processes to be killed. */
export default defineConfig({
  test: {
    globalSetup: ['packages/server/test/shared-postgres.ts'],
    include: ['packages/**/*.long.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20 * 60_000,
    retry: secondTry,
    hookTimeout: 120_000,
  },
});
