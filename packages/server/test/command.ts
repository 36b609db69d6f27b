import { spawn } from 'node:child_process';

const main = new URL('../src/main.ts', import.meta.url).pathname;

/** What a command left behind when it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface CommandOptions {
  /** Where it runs; files are looked for here. */
  readonly directory: string;
  /** What is typed into it. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `custos` with these arguments as a person on the host does, and waits until it has ended. */
export async function custos(args: readonly string[], options: CommandOptions): Promise<Ended> {
  const { directory, input = '', environment = {} } = options;
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  // A command that ends without reading closes the pipe, which is no fault of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const overdue = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(overdue);
  return { code, out, error };
}
