import { expect, test } from 'vitest';
import { nagiosLine } from './health.ts';

const health = {
  status: 'healthy',
  timestamp: 0,
  services: { database: 'healthy', cache: 'unknown', api: 'healthy' },
  metrics: { responseTime: 12.34, uptime: 60, activeUsers: 2 },
} as const;

test('a healthy installation is one line with performance data', () => {
  expect(nagiosLine(health)).toBe(
    'CUSTOS OK - everything that is watched works | response_time=12.3ms;1000;;0 uptime=60s;;;0 active_users=2;;;0',
  );
});

test('what is wrong is named, and a pipe in a name cannot start the performance data', () => {
  const check = { id: null, kind: 'http', message: '', latencyMs: null, since: null } as const;
  const line = nagiosLine({
    ...health,
    status: 'critical',
    checks: [
      { ...check, name: 'Shop | front', status: 'critical' },
      { ...check, name: 'Mail', status: 'healthy' },
    ],
    resources: { memoryUsage: 50, cpuUsage: null, diskUsage: 91 },
  });
  expect(line).toMatch(/^CUSTOS CRITICAL - Shop \/ front critical \| /);
  expect(line).toContain('memory=50.0%;85;95;0;100 disk=91.0%;85;95;0;100');
  expect(line).not.toContain('cpu=');
});

test('without the details, the parts that are not well are named', () => {
  const line = nagiosLine({
    ...health,
    status: 'critical',
    services: { ...health.services, database: 'critical' },
  });
  expect(line).toMatch(/^CUSTOS CRITICAL - database critical \|/);
});
