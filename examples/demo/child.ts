import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A part of the demo that runs in a process of its own. */
export interface Child<Ready> {
  /** What it said once it was ready. */
  readonly ready: Ready;
  readonly process: ChildProcess;
  /** True until it has ended. */
  running(): boolean;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** Asks it to end and waits; after ten seconds it is ended without asking. */
  stop(): Promise<void>;
}

/**
 * Starts a file of this folder with its settings and waits until it says `{ ready }`. It stands in a
 * process group of its own, so that Ctrl-C reaches it through the demo and in the right order, and it ends
 * by itself when the demo is gone (see `serveParent`).
 */
export async function startChild<Ready>(file: string, settings: object): Promise<Child<Ready>> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [JSON.stringify(settings)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { ready: Ready }).ready));
    child.once('exit', (code) => reject(new Error(`${file} ended at its start (exit code ${code})`)));
    child.once('error', reject);
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    ready,
    process: child,
    running,
    kill,
    async stop() {
      if (!running()) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      if (child.connected) child.disconnect();
      await exited;
      clearTimeout(timer);
    },
  };
}

/** For the child's side: its settings. */
export function settingsOf<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}') as Settings;
}

/** For the child's side: says that it is ready, and ends in good order when the parent lets go or dies. */
export function serveParent<Ready>(ready: Ready, stop: () => Promise<void>): void {
  process.once('disconnect', () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  process.send?.({ ready });
}
