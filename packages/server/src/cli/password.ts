import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks for a password without showing it; from a pipe it is the first line. */
export async function readPassword(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, next) => next() });
  if (process.stdin.isTTY) process.stderr.write(prompt);
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  try {
    for await (const line of lines) return line;
    throw new Error('no password was given');
  } finally {
    lines.close();
    if (process.stdin.isTTY) process.stderr.write('\n');
  }
}
