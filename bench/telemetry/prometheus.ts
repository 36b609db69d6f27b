import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../packages/server/test/stores.ts';

/** A Prometheus of this machine, for comparison. */
export interface PrometheusPeer {
  readonly version: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The version of a program on the PATH, or `undefined` when there is none. */
export function versionOf(program: string): string | undefined {
  const { stdout, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return error === undefined ? (/version (\S+)/.exec(stdout + stderr)?.[1] ?? 'unknown') : undefined;
}

/** Starts the Prometheus that is on the PATH, empty, with its remote write receiver; `undefined` without one. */
export async function startPrometheus(configuration = 'global: {}\n'): Promise<PrometheusPeer | undefined> {
  const version = versionOf('prometheus');
  if (version === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-prometheus-'));
  const port = await freePort();
  const config = join(directory, 'prometheus.yml');
  writeFileSync(config, configuration);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const ready = await fetch(`${url}/-/ready`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (ready) return { version, url, pid: child.pid ?? 0, stop };
    await delay(50);
  }
  await stop();
  throw new Error('Prometheus did not become ready.');
}
