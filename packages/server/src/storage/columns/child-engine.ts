import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { randomToken } from '../../base/ids.ts';
import { embeddedDatabase } from './child/configuration.ts';
import type { FromChild, ToChild } from './child/messages.ts';
import type { EngineRun, EngineSource } from './endpoint.ts';

export interface ChildEngineOptions {
  readonly directory: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly concurrentQueries: number;
  readonly clock: Clock;
  /** A program with arguments that runs the child, such as one that limits its resources. */
  readonly launcher?: readonly string[] | undefined;
}

/** Opening merges what a killed engine left behind, so a large store may need a while. */
const openTimeoutMs = 120_000;
const stopTimeoutMs = 5_000;
const keptErrorBytes = 2_000;

const user = 'custos';
/** The child's own JavaScript is little and short-lived: a small heap and one helper thread suffice. */
const lean = ['--max-semi-space-size=1', '--v8-pool-size=1'];

const entry = fileURLToPath(new URL(`./child/main${extname(import.meta.url)}`, import.meta.url));

/** Resolves with the port, or raises with what the child said before it ended. */
function listening(child: ChildProcess, ended: Promise<string>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      if (message.kind === 'listening') resolve(message.port);
      else reject(new Error(message.message));
    });
    void ended.then((reason) => reject(new Error(reason)));
  });
}

/**
 * Starts the embedded engine in a child process. The secret is made anew at each start and given over
 * IPC; the port is chosen by the operating system. The child ends itself when this process is gone.
 */
export function childEngine(options: ChildEngineOptions): EngineSource {
  const { directory, memoryBytes, threads, concurrentQueries, clock } = options;

  const start = async (signal: AbortSignal): Promise<EngineRun> => {
    const password = randomToken();
    const [program, ...programArguments] = [...(options.launcher ?? []), process.execPath, ...lean, entry];
    const child = spawn(program, programArguments, {
      // The engine's calls block threads of this pool; some must stay free for files and compression.
      env: { UV_THREADPOOL_SIZE: String(concurrentQueries + 4), TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(-keptErrorBytes);
    });
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, by) => {
        resolve(`The engine ended (${by ?? `exit code ${code}`}). ${complaint}`.trim());
      });
    });
    const tell = (message: ToChild): void => {
      if (child.connected) child.send(message, () => undefined);
    };
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
    };

    tell({ kind: 'start', directory, user, password, memoryBytes, threads, concurrentQueries });
    const late = new AbortController();
    const timeout = clock.sleep(openTimeoutMs, late.signal).then(() => {
      throw new Error(`The engine did not open within ${openTimeoutMs} ms.`);
    });
    timeout.catch(() => undefined);
    const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort', { signal: late.signal });
    try {
      const port = await Promise.race([
        listening(child, ended),
        timeout,
        aborted.then(() => {
          throw new Error('Stopped while the engine was opening.');
        }),
      ]);
      return {
        endpoint: { url: `http://127.0.0.1:${port}`, user, password, database: embeddedDatabase },
        pid: child.pid,
        ended,
        kill,
        async stop() {
          tell({ kind: 'stop' });
          const finished = new AbortController();
          const force = clock.sleep(stopTimeoutMs, finished.signal).then(() => child.kill('SIGKILL'));
          await ended;
          finished.abort();
          await force;
        },
      };
    } catch (error) {
      await kill();
      throw error;
    } finally {
      aborted.catch(() => undefined);
      late.abort();
    }
  };

  return { kind: 'embedded', start };
}
