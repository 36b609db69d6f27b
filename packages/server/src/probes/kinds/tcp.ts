import type { Socket } from 'node:net';
import { z } from 'zod';
import { host, port } from './fields.ts';
import { defineKind } from './kind.ts';

const mostRead = 64 * 1024;

/** Reads until `wanted` was seen, the other side ends, or the cap is reached; true when it was seen. */
async function reads(socket: Socket, wanted: string, signal: AbortSignal): Promise<boolean> {
  let seen = '';
  const stop = (): void => void socket.destroy(new Error('No matching answer in time.'));
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      seen += chunk.toString('latin1');
      if (seen.includes(wanted)) return true;
      if (seen.length > mostRead) return false;
    }
    return false;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** `\r`, `\n`, `\t` and `\\` as written in a one-line field become the characters. */
function unescape(text: string): string {
  const characters: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  return text.replaceAll(/\\([rnt\\])/g, (_, letter: string) => characters[letter] ?? '');
}

const options = z.strictObject({
  host: host.meta({ title: 'Host', description: 'Name or address.', placeholder: 'mail.example.com' }),
  port: port.meta({ title: 'Port', description: 'Where it listens.', placeholder: '25' }),
  send: z.string().max(1000).optional().meta({
    title: 'Send',
    description: 'Text to send once connected; \\r and \\n work.',
    placeholder: 'PING\\r\\n',
  }),
  expect: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .meta({ title: 'Expect', description: 'Text that must come back.', placeholder: '220' }),
});

/** Opens a TCP connection, and optionally says something and listens for an answer. */
export const tcpKind = defineKind({
  kind: 'tcp',
  title: 'TCP port',
  description: 'Opens a connection and can check what the other side says.',
  options,
  targetHost: (given) => given.host,
  async check(given, context) {
    const startedAt = context.clock.monotonic();
    const { socket, timing } = await context.outbound.connect({
      host: given.host,
      port: given.port,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
      purpose: context.purpose,
    });
    try {
      const values = { dns_ms: timing.dnsMs, connect_ms: timing.connectMs };
      if (given.send !== undefined) socket.write(unescape(given.send), 'utf8');
      const heard =
        given.expect === undefined || (await reads(socket, unescape(given.expect), context.signal));
      const latencyMs = context.clock.monotonic() - startedAt;
      if (!heard) return { status: 'down', latencyMs, message: `It did not say "${given.expect}".`, values };
      return { status: 'up', latencyMs, message: 'Connected.', values };
    } finally {
      socket.destroy();
    }
  },
});
