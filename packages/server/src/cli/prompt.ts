import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks a person at a terminal, or takes one line of a pipe for each question. */
export interface Prompt {
  ask(question: string): Promise<string>;
  /** Like `ask`, without showing what is typed. */
  askSecret(question: string): Promise<string>;
  close(): void;
}

/**
 * Opens the one reader of standard input: what is piped in comes in one piece, so a second reader would
 * find nothing left. An answer that does not come is an error.
 */
export function openPrompt(): Prompt {
  const terminal = process.stdin.isTTY;
  let silent = !terminal;
  const output = new Writable({
    write(chunk, _encoding, next) {
      if (!silent) process.stderr.write(chunk as Buffer);
      next();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal });
  const lines = reader[Symbol.asyncIterator]();

  async function next(question: string): Promise<string> {
    if (terminal) process.stderr.write(question);
    const line = await lines.next();
    if (line.done === true) throw new Error(`there was no answer to "${question.trim()}"`);
    return line.value;
  }

  return {
    ask: next,
    async askSecret(question) {
      silent = true;
      try {
        return await next(question);
      } finally {
        silent = !terminal;
        if (terminal) process.stderr.write('\n');
      }
    },
    close: () => reader.close(),
  };
}

/** Asks for a password alone. */
export async function readPassword(question: string): Promise<string> {
  const prompt = openPrompt();
  try {
    return await prompt.askSecret(question);
  } finally {
    prompt.close();
  }
}
