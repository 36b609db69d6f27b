import { Command } from 'commander';
import { messageOf } from '../../base/errors.ts';
import { auditCommand } from './audit.ts';

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `custos audit ...` in this process, as `runCli` does. One at a time. */
export async function runAudit(...args: readonly string[]): Promise<Ran> {
  const context = { exitCode: 0 };
  const program = new Command('custos').exitOverride();
  program.configureOutput({
    writeErr: (text) => void (error += text),
    writeOut: (text) => void (out += text),
  });
  let out = '';
  let error = '';
  const { log, error: logError } = console;
  const { write } = process.stdout;
  console.log = (line: string) => void (out += `${line}\n`);
  console.error = (line: string) => void (error += `${line}\n`);
  process.stdout.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    out += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const done = rest.findLast((one) => typeof one === 'function') as (() => void) | undefined;
    done?.();
    return true;
  }) as typeof process.stdout.write;
  try {
    auditCommand(program, context);
    await program.parseAsync(['audit', ...args], { from: 'user' });
    return { code: context.exitCode, out, error };
  } catch (thrown) {
    return { code: 1, out, error: `${error}${messageOf(thrown)}\n` };
  } finally {
    console.log = log;
    console.error = logError;
    process.stdout.write = write;
  }
}
