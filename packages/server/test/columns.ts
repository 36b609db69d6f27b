import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { childEngine } from '../src/storage/columns/child-engine.ts';
import { defaultLimits } from '../src/storage/columns/columns.ts';
import { createColumns, type ColumnsOptions } from '../src/storage/columns/create.ts';
import type { Columns } from '../src/storage/columns/columns.ts';
import type { EngineRun } from '../src/storage/columns/endpoint.ts';

/** Makes a directory under the system's temporary one; the caller removes it with `remove`. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'custos-columns-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A columns store on the real embedded engine, with waits short enough for tests. */
export function testColumns(options: Partial<ColumnsOptions> & { readonly dataDirectory: string }): Columns {
  return createColumns({
    url: 'embedded',
    clock: systemClock,
    log: silentLogger,
    ...options,
    limits: { lingerMs: 20, syncDelayMs: 2, restartMaxMs: 500, ...options.limits },
  });
}

/** The embedded engine alone, for what is asked of it over HTTP. */
export async function startEngine(
  directory: string,
  memoryBytes = defaultLimits.memoryBytes,
): Promise<EngineRun> {
  return childEngine({ ...defaultLimits, memoryBytes, directory, clock: systemClock }).start(
    new AbortController().signal,
  );
}

/** One probe result that names its own number, so that a test can count it. */
export function probeRow(number: number, time = Date.now()): Record<string, unknown> {
  return {
    probe_id: `prb_${number % 10}`,
    time,
    status: 'up',
    latency_ms: number,
    error_code: '',
    error_message: '',
    values: { number },
    node: 'test',
  };
}

/** Waits until `check` is true, looking every 20 ms; raises after `timeoutMs`. */
export async function eventually(check: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > until)
      throw new Error(`It did not come true within ${timeoutMs} ms: ${check.toString()}`);
    await systemClock.sleep(20);
  }
}

/** True while the process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
