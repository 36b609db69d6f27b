import { expect, test } from 'vitest';
import { createManualClock, systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { createLifecycle, type Part } from './lifecycle.ts';

const options = { clock: systemClock, log: silentLogger, deadlineMs: 1000 };

function recorder(names: string[], failing?: string): { parts: Part[]; seen: string[] } {
  const seen: string[] = [];
  const parts = names.map((name) => ({
    name,
    start: () => {
      seen.push(`start ${name}`);
      if (name === failing) throw new Error(`${name} is broken`);
    },
    stop: () => void seen.push(`stop ${name}`),
  }));
  return { parts, seen };
}

test('parts start in order and stop in reverse, and stopping twice stops once', async () => {
  const { parts, seen } = recorder(['a', 'b', 'c']);
  const lifecycle = createLifecycle(parts, options);
  await lifecycle.start();
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  await lifecycle.stop();
  expect(seen).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
});

test('a failed start rolls back what was started and says why', async () => {
  const { parts, seen } = recorder(['a', 'b', 'c'], 'b');
  const lifecycle = createLifecycle(parts, options);
  await expect(lifecycle.start()).rejects.toThrow('b is broken');
  expect(seen).toEqual(['start a', 'start b', 'stop b', 'stop a']);
});

test('a part that fails to stop, or hangs, does not keep the others running', async () => {
  const { parts, seen } = recorder(['a']);
  const clock = createManualClock();
  const lifecycle = createLifecycle(
    [
      ...parts,
      { name: 'rude', stop: () => Promise.reject(new Error('no')) },
      { name: 'hung', stop: () => new Promise(() => undefined) },
    ],
    { ...options, clock },
  );
  await lifecycle.start();
  const stopped = lifecycle.stop();
  await clock.advance(10_000);
  await stopped;
  expect(seen).toEqual(['start a', 'stop a']);
});

test('a stop while starting waits for the part that is starting and starts no other', async () => {
  const { parts, seen } = recorder(['b']);
  let release: () => void = () => undefined;
  const slow: Part = { name: 'slow', start: () => new Promise((resolve) => (release = resolve)) };
  const lifecycle = createLifecycle([slow, ...parts], options);
  const started = lifecycle.start();
  const stopped = lifecycle.stop();
  release();
  await Promise.all([started, stopped]);
  expect(seen).toEqual([]);
});
