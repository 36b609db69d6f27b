import { expect } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { runScript } from './run-script.ts';

/** Runs cases in the test language and expects every one of them to pass. */
export async function expectScript(text: string): Promise<void> {
  const cases = text.split('\n').filter((line) => line.trim().startsWith('eval')).length;
  expect(await runScript('script', text, systemClock)).toEqual({
    name: 'script',
    passed: cases,
    failed: [],
    skipped: [],
  });
}
