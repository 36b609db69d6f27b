import pg from 'pg';
import { z } from 'zod';
import type { CheckOutcome } from '../types.ts';
import { percentLimit } from './fields.ts';
import { defineKind, type CheckContext } from './kind.ts';

const sslModes = ['disable', 'require', 'verify-full'] as const;

const url = z.string().superRefine((text, context) => {
  const parsed = URL.parse(text);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '') {
    context.addIssue({
      code: 'custom',
      message: 'must look like postgres://user:password@host:5432/database',
    });
    return;
  }
  const mode = parsed.searchParams.get('sslmode') ?? 'disable';
  if (!(sslModes as readonly string[]).includes(mode)) {
    context.addIssue({ code: 'custom', message: `sslmode must be one of ${sslModes.join(', ')}` });
  }
});

const options = z.strictObject({
  url: url.meta({
    title: 'Connection',
    description: 'With user, password and, if wanted, ?sslmode=require or verify-full. Kept encrypted.',
    placeholder: 'postgres://user:password@db.example.com:5432/shop',
    secret: true,
  }),
  query: z
    .string()
    .trim()
    .min(1)
    .max(4000)
    .default('select 1')
    .meta({ title: 'Query', description: 'Run in a read-only transaction.', multiline: true }),
  expected: z.string().max(1000).optional().meta({
    title: 'Expected value',
    description: 'What the first column of the first row must be, as text.',
  }),
  connectionsPercent: percentLimit.default(90).meta({
    title: 'Connections, %',
    description: 'Degraded when more of the server’s connections are in use.',
  }),
});

function clientSettings(text: string, address: string, timeoutMs: number): pg.ClientConfig {
  const parsed = new URL(text);
  const mode = parsed.searchParams.get('sslmode') ?? 'disable';
  const name = parsed.hostname.replace(/^\[|\]$/g, '');
  const ssl =
    mode === 'disable'
      ? false
      : // `require` encrypts without looking at the certificate, as libpq does.
        { rejectUnauthorized: mode === 'verify-full', servername: name, host: name };
  return {
    host: address,
    port: portOf(parsed),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    ssl,
    application_name: 'custos-probe',
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs,
  };
}

/** Faults of an address, after which the name's next one may be tried. */
const elsewhere = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** Connects to the first of the checked addresses that takes connections. */
async function connectToOne(
  url: string,
  [address = '', ...others]: readonly string[],
  timeoutMs: number,
): Promise<pg.Client> {
  const client = new pg.Client(clientSettings(url, address, timeoutMs));
  // A connection that is lost while idle is reported by the query that follows.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
    if (others.length === 0 || typeof code !== 'string' || !elsewhere.has(code)) throw error;
    return connectToOne(url, others, timeoutMs);
  }
}

const portOf = (parsed: URL): number => (parsed.port === '' ? 5432 : Number(parsed.port));

/** Connects under the policy of `outbound`; the caller ends the client. */
export async function openPostgres(
  url: string,
  context: Pick<CheckContext, 'outbound' | 'timeoutMs' | 'signal' | 'purpose'>,
): Promise<pg.Client> {
  const parsed = new URL(url);
  const { addresses } = await context.outbound.checkTarget({
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(parsed),
    timeoutMs: context.timeoutMs,
    signal: context.signal,
    purpose: context.purpose,
  });
  return connectToOne(url, addresses, context.timeoutMs);
}

/** `host:port/database` of an address: what a database is called where its password must not be. */
export function postgresInstance(url: string): string {
  const parsed = new URL(url);
  return `${parsed.hostname}:${portOf(parsed)}${decodeURIComponent(parsed.pathname)}`;
}

interface Usage {
  readonly used: number;
  readonly most: number;
}

/** Connections of clients and how many there may be (`pg_stat_activity`, `max_connections`). */
async function connectionUsage(client: pg.Client): Promise<Usage> {
  const { rows } = await client.query<Usage>(
    `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
            current_setting('max_connections')::int as most`,
  );
  return rows[0] ?? { used: 0, most: 0 };
}

/** Connects to PostgreSQL, runs a query and looks at its value and at the connections in use. */
export const postgresKind = defineKind({
  kind: 'postgres',
  title: 'PostgreSQL',
  description: 'Connects, runs a query and watches the connections in use.',
  options,
  targetHost: (given) => URL.parse(given.url)?.hostname.replace(/^\[|\]$/g, '') ?? null,
  async check(given, context): Promise<CheckOutcome> {
    const startedAt = context.clock.monotonic();
    const client = await openPostgres(given.url, context);
    const abort = (): void => {
      client.end().catch(() => undefined);
    };
    context.signal.addEventListener('abort', abort);
    try {
      const connectedAt = context.clock.monotonic();
      await client.query('begin read only');
      const result = await client.query<unknown[]>({ text: given.query, rowMode: 'array' });
      const latencyMs = context.clock.monotonic() - startedAt;
      const queryMs = context.clock.monotonic() - connectedAt;
      await client.query('rollback');
      const { used, most } = await connectionUsage(client);
      const percent = most === 0 ? 0 : (used / most) * 100;
      const first = result.rows[0]?.[0];
      const value =
        first === null || first === undefined
          ? ''
          : first instanceof Date
            ? first.toISOString()
            : typeof first === 'object'
              ? JSON.stringify(first)
              : String(first as string | number | boolean);
      const values: Record<string, number> = {
        connect_ms: connectedAt - startedAt,
        query_ms: queryMs,
        connections_used: used,
        connections_limit: most,
        connections_percent: percent,
      };
      if (value !== '' && Number.isFinite(Number(value))) values['query_value'] = Number(value);

      if (given.expected !== undefined && value !== given.expected) {
        const message = `The query gave "${value.slice(0, 100)}", expected "${given.expected}".`;
        return { status: 'down', latencyMs, message, values };
      }
      if (given.connectionsPercent !== null && percent > given.connectionsPercent) {
        const message = `${used} of ${most} connections are in use.`;
        return { status: 'degraded', latencyMs, message, values };
      }
      return { status: 'up', latencyMs, message: `Answered; ${used} of ${most} connections in use.`, values };
    } finally {
      context.signal.removeEventListener('abort', abort);
      await client.end().catch(() => undefined);
    }
  },
});
