import type { Socket } from 'node:net';
import { z } from 'zod';
import type { CheckOutcome } from '../types.ts';
import { host, percentLimit, port } from './fields.ts';
import { defineKind, type CheckContext } from './kind.ts';
import { createRespClient } from './resp.ts';

const options = z.strictObject({
  host: host.meta({ title: 'Host', description: 'Name or address.', placeholder: 'cache.example.com' }),
  port: port.default(6379).meta({ title: 'Port', description: 'Where it listens.' }),
  tls: z.boolean().default(false).meta({ title: 'TLS', description: 'Speak TLS from the first byte.' }),
  verifyTls: z
    .boolean()
    .default(true)
    .meta({ title: 'Verify the certificate', description: 'Off accepts any certificate.' }),
  username: z
    .string()
    .max(200)
    .optional()
    .meta({ title: 'User name', description: 'For servers with access lists.' }),
  password: z
    .string()
    .max(1000)
    .optional()
    .meta({ title: 'Password', description: 'Sent with AUTH.', secret: true }),
  memoryPercent: percentLimit.default(90).meta({
    title: 'Memory, %',
    description: 'Degraded above this share of the server’s maxmemory, when it has one.',
  }),
});

/** Reads `name:value` lines of INFO into numbers; what is not a number is left out. */
function readInfo(text: string): Readonly<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const line of text.split('\r\n')) {
    const [name, value] = line.split(':');
    if (name !== undefined && value !== undefined && value !== '' && Number.isFinite(Number(value))) {
      figures[name] = Number(value);
    }
  }
  return figures;
}

/** Connects under the policy of `outbound` and signs in; the caller destroys the socket. */
export async function openRedis(
  given: z.output<typeof options>,
  context: Pick<CheckContext, 'outbound' | 'timeoutMs' | 'signal' | 'purpose'>,
): Promise<{ readonly socket: Socket; readonly client: ReturnType<typeof createRespClient> }> {
  const { socket } = await context.outbound.connect({
    host: given.host,
    port: given.port,
    timeoutMs: context.timeoutMs,
    ...(given.tls ? { tls: { rejectUnauthorized: given.verifyTls } } : {}),
    signal: context.signal,
    purpose: context.purpose,
  });
  const stop = (): void => void socket.destroy(new Error('No answer in time.'));
  context.signal.addEventListener('abort', stop);
  socket.once('close', () => context.signal.removeEventListener('abort', stop));
  const client = createRespClient(socket);
  try {
    if (given.password !== undefined) {
      await client.send('AUTH', ...(given.username === undefined ? [] : [given.username]), given.password);
    }
    return { socket, client };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Says PING to Redis and reads how much memory and how many clients it has. */
export const redisKind = defineKind({
  kind: 'redis',
  title: 'Redis',
  description: 'Says PING and watches memory and clients.',
  options,
  targetHost: (given) => given.host,
  async check(given, context): Promise<CheckOutcome> {
    const startedAt = context.clock.monotonic();
    const { socket, client } = await openRedis(given, context);
    try {
      const pong = await client.send('PING');
      const latencyMs = context.clock.monotonic() - startedAt;
      if (pong !== 'PONG')
        return { status: 'down', latencyMs, message: 'It did not answer PONG.', values: {} };
      const memory = readInfo(String(await client.send('INFO', 'memory')));
      const clients = readInfo(String(await client.send('INFO', 'clients')));
      const used = memory['used_memory'] ?? 0;
      const most = memory['maxmemory'] ?? 0;
      const values: Record<string, number> = {
        memory_used_bytes: used,
        clients_connected: clients['connected_clients'] ?? 0,
      };
      if (clients['maxclients'] !== undefined) values['clients_limit'] = clients['maxclients'];
      if (most > 0) values['memory_percent'] = (used / most) * 100;
      const percent = values['memory_percent'];
      if (percent !== undefined && given.memoryPercent !== null && percent > given.memoryPercent) {
        return {
          status: 'degraded',
          latencyMs,
          message: `${Math.round(percent)} % of its memory is in use.`,
          values,
        };
      }
      return { status: 'up', latencyMs, message: 'Answered PONG.', values };
    } finally {
      socket.destroy();
    }
  },
});
