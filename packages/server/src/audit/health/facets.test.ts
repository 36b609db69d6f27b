import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { auditSettings } from '../events/settings.ts';
import { auditFacets } from './facets.ts';
import { progress, wellSources } from './health-fixture.ts';
import { healthFigures } from './metrics.ts';
import { createAuditHealth } from './service.ts';
import type { HealthSources } from './types.ts';

async function facets(changed: Partial<HealthSources> = {}) {
  const sources = wellSources(changed);
  const health = createAuditHealth({ sources, settings: auditSettings(), clock: createManualClock() });
  const found = auditFacets({ health, sources }).map(
    async (facet) => [facet.name, await facet.check()] as const,
  );
  return Object.fromEntries(await Promise.all(found));
}

/** Names of the facets that are not well, with what they make of Custos. */
async function ill(changed: Partial<HealthSources>) {
  const found = Object.entries(await facets(changed)).filter(([, { status }]) => status !== 'up');
  return Object.fromEntries(found.map(([name, { status }]) => [name, status]));
}

const well = wellSources();

test('an audit log that is well is up on every side, with its figures', async () => {
  const found = await facets();
  expect(Object.values(found).map(({ status, message }) => `${status}${message}`)).toEqual(
    Array.from({ length: 6 }, () => 'up'),
  );
  expect(Object.assign({}, ...Object.values(found).map(({ values }) => values))).toEqual({
    audit_verification_age_hours: 0,
    audit_buffer_events: 0,
    audit_query_p95_ms: 20,
    audit_index_behind_events: 0,
    audit_log_size_gb: 0,
    audit_security_events_per_hour: 0,
    audit_blocked_per_hour: 0,
    audit_disk_percent: 40,
  });
});

test('integrity, forks, disk, buffer and searches make Custos ill, each by its own name', async () => {
  const failed = { state: 'failed', startedAt: 0, entries: 1, findings: ['changed'] } as const;
  expect(await ill({ verification: () => failed })).toEqual({ 'audit-ledger': 'down' });
  expect(await ill({ ledger: () => ({ status: 'critical', reasons: ['EIO'] }) })).toEqual({
    'audit-ledger': 'down',
  });
  const witness = { name: 'w', state: 'behind', logs: [progress(61_000)] } as const;
  expect(await ill({ witnesses: () => [witness] })).toEqual({ 'audit-witnesses': 'degraded' });
  expect(await ill({ witnesses: () => [{ ...witness, state: 'forked' }] })).toEqual({
    'audit-witnesses': 'degraded',
  });
  expect(await ill({ disk: async () => ({ usedPercent: 86, freeBytes: 1 }) })).toEqual({
    'audit-disk': 'degraded',
  });
  expect(await ill({ disk: async () => ({ usedPercent: 96, freeBytes: 1 }) })).toEqual({
    'audit-disk': 'down',
  });
  expect(await ill({ waiting: async () => 801 })).toEqual({ 'audit-buffer': 'degraded' });
});

test('slow searches count when there were enough of them to tell', async () => {
  const searches = (count: number) => ({
    index: () => ({ ...well.index(), queries: { count, p50Ms: 5, p95Ms: 600 } }),
  });
  expect(await ill(searches(19))).toEqual({});
  expect(await ill(searches(20))).toEqual({ 'audit-queries': 'degraded' });
  expect((await facets(searches(19)))['audit-queries']?.values).toEqual({ audit_query_p95_ms: 600 });
});

test('many security events are figures for rules and no fault of Custos', async () => {
  const found = await facets({ security: async () => ({ events: 900, blocked: 700 }) });
  expect(found['audit-figures']).toMatchObject({
    status: 'up',
    values: { audit_security_events_per_hour: 900, audit_blocked_per_hour: 700 },
  });
});

test('what is wrong is told in words', async () => {
  const found = await facets({ ledger: () => ({ status: 'degraded', reasons: ['The seal is old.'] }) });
  expect(found['audit-ledger']?.message).toBe('Ledger: The seal is old.');
});

test('metrics have a code for each component and its value with the unit in the name', async () => {
  const sources = wellSources({ waiting: async () => 501 });
  const health = createAuditHealth({ sources, settings: auditSettings(), clock: createManualClock() });
  const figures = healthFigures(await health.check());
  const status = figures.find(({ name }) => name === 'custos_audit_status');
  expect(status?.samples).toContainEqual({ labels: { component: 'buffer' }, value: 1 });
  expect(status?.samples).toContainEqual({ labels: { component: 'disk' }, value: 0 });
  expect(figures.find(({ name }) => name === 'custos_audit_buffer_events')?.samples).toEqual([
    { value: 501 },
  ]);
  expect(figures.map(({ name }) => name)).not.toContain('custos_audit_witness_lag_seconds');
});
