import type { Socket } from 'node:net';

/** A reply of a Redis server: text, number, nothing, an error, or a list of replies. */
export type Reply = string | number | null | RespError | readonly Reply[];

/** An error that the server answered with, such as `WRONGPASS ...`. */
class RespError extends Error {}

interface Parsed {
  readonly reply: Reply;
  readonly next: number;
}

/** Depth of lists that is followed; no reply that is asked for here is nested. */
const deepest = 8;

/**
 * Reads one reply of RESP2 (the Redis serialization protocol) at `start`; `undefined` while bytes are
 * missing. Raises when it is not RESP.
 */
export function parseReply(bytes: Buffer, start = 0, depth = 0): Parsed | undefined {
  const end = bytes.indexOf('\r\n', start);
  if (end < 0) return undefined;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const line = bytes.toString('utf8', start + 1, end);
  const after = end + 2;
  if (type === '+') return { reply: line, next: after };
  if (type === '-') return { reply: new RespError(line), next: after };
  if (type !== ':' && type !== '$' && type !== '*')
    throw new Error('The answer is not in the protocol of Redis.');
  const size = Number(line);
  if (!Number.isSafeInteger(size) || depth > deepest)
    throw new Error('The answer is not in the protocol of Redis.');
  if (type === ':') return { reply: size, next: after };
  if (size < 0) return { reply: null, next: after };
  if (type === '$') {
    if (bytes.length < after + size + 2) return undefined;
    return { reply: bytes.toString('utf8', after, after + size), next: after + size + 2 };
  }
  const items: Reply[] = [];
  let next = after;
  for (let index = 0; index < size; index += 1) {
    const item = parseReply(bytes, next, depth + 1);
    if (item === undefined) return undefined;
    items.push(item.reply);
    next = item.next;
  }
  return { reply: items, next };
}

const mostRead = 1024 * 1024;

/** Sends commands one at a time over a socket and gives each reply; raises a reply that is an error. */
export function createRespClient(socket: Socket): { send(...words: string[]): Promise<Reply> } {
  const chunks: AsyncIterator<Buffer> = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let pending: Buffer = Buffer.alloc(0);

  return {
    async send(...words) {
      const command = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
      socket.write(`*${words.length}\r\n${command}`);
      for (;;) {
        const parsed = parseReply(pending);
        if (parsed !== undefined) {
          pending = pending.subarray(parsed.next);
          if (parsed.reply instanceof RespError) throw parsed.reply;
          return parsed.reply;
        }
        if (pending.length > mostRead) throw new Error('The answer is too long.');
        const chunk = await chunks.next();
        if (chunk.done === true) throw new Error('The connection was closed before an answer came.');
        pending = Buffer.concat([pending, chunk.value]);
      }
    },
  };
}
