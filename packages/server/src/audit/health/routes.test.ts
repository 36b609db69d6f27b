import { auditHealth } from '@custos/contract';
import { afterEach, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../../test/http-server.ts';
import { createManualClock } from '../../base/clock.ts';
import { auditSettings } from '../events/settings.ts';
import { wellSources } from './health-fixture.ts';
import { auditHealthRoutes } from './routes.ts';
import { createAuditHealth } from './service.ts';

let server: TestServer;
afterEach(() => server.app.close());

test('health is told to those who may read the audit log, and looking is not on record', async () => {
  server = await createTestServer();
  const sources = wellSources({ waiting: async () => 801 });
  const settings = auditSettings();
  const health = createAuditHealth({ sources, settings, clock: createManualClock() });
  await server.app.register(auditHealthRoutes(health));
  const get = (token: string) =>
    server.app.inject({ url: '/api/v1/audit/health', headers: { authorization: `Bearer ${token}` } });

  const answer = await get('ada=audit.read');
  expect(answer.statusCode).toBe(200);
  const body = auditHealth.parse(answer.json());
  expect(body.status).toBe('critical');
  expect(body.components).toHaveLength(10);
  expect(body.components.find(({ name }) => name === 'buffer')).toEqual({
    name: 'buffer',
    title: 'Buffer',
    status: 'critical',
    message: '801 events wait for their place in a log.',
    value: 801,
    unit: 'events',
    warning: 500,
    critical: 800,
  });
  expect(server.audited).toEqual([]);
  expect((await get('bob=dashboard.read')).statusCode).toBe(403);
});
