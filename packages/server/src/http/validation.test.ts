import { maintenanceInput, probeInput, ruleInput, tokenCreate } from '@custos/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { FieldFault } from '../base/errors.ts';
import { validatorCompiler } from './validation.ts';

function faults(schema: z.ZodType, input: unknown, httpPart = 'body'): FieldFault[] {
  const check = validatorCompiler({ schema, httpPart, method: 'POST', url: '/t' } as never);
  return (check(input) as { error?: { fields: FieldFault[] } }).error?.fields ?? [];
}
const probe = { name: 'shop', kind: 'http', options: { url: 'https://example.com' } };

test('what is right passes with its defaults', () => {
  const check = validatorCompiler({
    schema: probeInput,
    httpPart: 'body',
    method: 'POST',
    url: '/t',
  } as never);
  expect(check(probe)).toMatchObject({ value: { name: 'shop', intervalMs: 30_000, failureCount: 2 } });
});

test.each<[string, z.ZodType, unknown, FieldFault[]]>([
  ['a missing field', probeInput, { kind: 'tcp' }, [{ field: 'name', message: 'is required' }]],
  [
    'an unknown choice',
    probeInput,
    { ...probe, kind: 'gopher' },
    [
      {
        field: 'kind',
        message: 'must be one of http, tcp, dns, tls, postgres, redis, heartbeat, host, process',
      },
    ],
  ],
  [
    'a number below its least, in the schema’s own words',
    probeInput,
    { ...probe, intervalMs: 10 },
    [{ field: 'intervalMs', message: 'must be at least 1 s (1000)' }],
  ],
  [
    'a number above its most',
    probeInput,
    { ...probe, retries: 9 },
    [{ field: 'retries', message: 'must be at most 5' }],
  ],
  [
    'half a number',
    probeInput,
    { ...probe, retries: 1.5 },
    [{ field: 'retries', message: 'must be a whole number' }],
  ],
  [
    'several at once',
    probeInput,
    { name: ' ', kind: 'tcp', paused: 'yes' },
    [
      { field: 'name', message: 'must not be empty' },
      { field: 'paused', message: 'must be true or false' },
    ],
  ],
  [
    'an entry of a list',
    tokenCreate,
    { name: 'ci', permissions: ['probe.edit', 'probe.fly'], expiresInDays: 1 },
    [{ field: 'permissions.1', message: expect.stringMatching(/^must be one of dashboard\.read/) }],
  ],
  [
    'a union of a word and choices',
    ruleInput,
    { name: 'r', condition: { type: 'probe-status' }, severity: 'loud' },
    [{ field: 'severity', message: 'must be one of from-criticality, critical, high, medium, low, info' }],
  ],
  [
    'a variant by its type',
    ruleInput,
    { name: 'r', condition: { type: 'probe-value', value: 'cpu_percent', comparison: '=>', threshold: 1 } },
    [{ field: 'condition.comparison', message: 'must be one of >, >=, <, <=, ==, !=' }],
  ],
  [
    'a variant that there is not',
    ruleInput,
    { name: 'r', condition: { type: 'moon-phase' } },
    [{ field: 'condition.type', message: expect.stringMatching(/^has none of the forms|^must be/) }],
  ],
  [
    'a time',
    maintenanceInput,
    { title: 'm', schedule: { type: 'once', startsAt: 'noon', endsAt: '2026-11-21T08:00:00Z' } },
    [{ field: 'schedule.startsAt', message: 'must be a time such as 2026-11-21T08:00:00Z' }],
  ],
  ['a body that is no object', probeInput, 'text', [{ field: 'body', message: 'must be an object' }]],
  [
    'a key that is not known',
    z.strictObject({ a: z.string() }),
    { a: 'x', b: 1 },
    [{ field: 'b', message: 'is not known here' }],
  ],
])('%s is named with what would be right', (...[, schema, input, expected]) => {
  expect(faults(schema, input)).toEqual(expected);
});

test('a fault of the whole query is named so', () => {
  expect(faults(z.string(), { a: '1' }, 'querystring')).toEqual([
    { field: 'query', message: 'must be text' },
  ]);
});
