import { Resolver } from 'node:dns/promises';
import { z } from 'zod';
import type { CheckOutcome } from '../types.ts';
import { host } from './fields.ts';
import { defineKind, type CheckContext } from './kind.ts';

const recordTypes = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const;

const options = z.strictObject({
  name: host.meta({ title: 'Name', description: 'What to look up.', placeholder: 'shop.example.com' }),
  recordType: z
    .enum(recordTypes)
    .default('A')
    .meta({ title: 'Record type', description: 'Which records to ask for.' }),
  expected: z.array(z.string().trim().min(1).max(500)).max(20).default([]).meta({
    title: 'Expected values',
    description: 'Each must be among the answers; MX as "10 mail.example.com", SRV as "10 5 443 host".',
  }),
  resolver: z
    .string()
    .trim()
    .regex(
      /^(\[[0-9a-fA-F:]+\]|\d{1,3}(\.\d{1,3}){3})(:\d{1,5})?$/,
      'must be an address such as 9.9.9.9 or [2620:fe::fe]:53',
    )
    .optional()
    .meta({
      title: 'Resolver',
      description: 'Address of the name server to ask; the host’s own when empty.',
      placeholder: '9.9.9.9',
    }),
});

/** Writes a record the way zone files do. */
function asText(record: unknown): string {
  if (typeof record === 'string') return record.toLowerCase();
  if (Array.isArray(record)) return record.join('');
  const fields = record as Readonly<Record<string, string | number>>;
  if (fields['exchange'] !== undefined) return `${fields['priority']} ${fields['exchange']}`.toLowerCase();
  if (fields['port'] !== undefined) {
    return `${fields['priority']} ${fields['weight']} ${fields['port']} ${fields['name']}`.toLowerCase();
  }
  const [tag] = ['issue', 'issuewild', 'iodef'].filter((name) => fields[name] !== undefined);
  return tag === undefined
    ? JSON.stringify(record)
    : `${fields['critical']} ${tag} ${fields[tag]}`.toLowerCase();
}

function errorCode(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

/** The name server said that there is no such record. */
const absent = new Set(['ENOTFOUND', 'ENODATA']);

async function givenResolver(address: string, context: CheckContext): Promise<string> {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
  const target = { host: bracketed ?? plain ?? address, port: Number(port ?? 53) };
  const { addresses } = await context.outbound.checkTarget({
    ...target,
    timeoutMs: context.timeoutMs,
    signal: context.signal,
    purpose: context.purpose,
  });
  const checked = addresses[0] ?? target.host;
  return checked.includes(':') ? `[${checked}]:${target.port}` : `${checked}:${target.port}`;
}

/** Looks a name up and compares the answers with what is expected. */
export const dnsKind = defineKind({
  kind: 'dns',
  title: 'DNS',
  description: 'Looks a name up and can compare the answers with what they should be.',
  options,
  targetHost: (given) => given.resolver?.replace(/^\[?([^\]]+?)\]?(:\d+)?$/, '$1') ?? given.name,
  async check(given, context): Promise<CheckOutcome> {
    const resolver = new Resolver({ timeout: Math.max(100, Math.floor(context.timeoutMs / 2)), tries: 2 });
    if (given.resolver !== undefined) resolver.setServers([await givenResolver(given.resolver, context)]);
    const startedAt = context.clock.monotonic();
    const cancel = (): void => resolver.cancel();
    context.signal.addEventListener('abort', cancel);
    try {
      const records = (await resolver.resolve(given.name, given.recordType)) as readonly unknown[];
      const found = records.map(asText);
      const latencyMs = context.clock.monotonic() - startedAt;
      const values = { record_count: found.length };
      const missing = given.expected.filter(
        (wanted) => !found.includes(given.recordType === 'TXT' ? wanted : wanted.toLowerCase()),
      );
      if (missing.length > 0) {
        const message = `${missing.join(', ')} is not among the answers: ${found.join(', ').slice(0, 300)}.`;
        return { status: 'down', latencyMs, message, values };
      }
      return { status: 'up', latencyMs, message: found.join(', ').slice(0, 300), values };
    } catch (error) {
      const code = errorCode(error);
      const latencyMs = context.clock.monotonic() - startedAt;
      const message = absent.has(code)
        ? `There is no ${given.recordType} record for ${given.name}.`
        : `The name server gave no answer (${code}).`;
      // A name server that was named is the thing watched; the host's own is part of our network.
      const doubt = given.resolver === undefined && !absent.has(code);
      return { status: 'down', latencyMs, message, values: {}, doubt };
    } finally {
      context.signal.removeEventListener('abort', cancel);
    }
  },
});
