import { ingestStatus } from '@custos/contract';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { remoteWriteRoutes } from './routes-remote-write.ts';
import { ingestRoutes } from './routes.ts';
import { openDoors } from './test/doors.ts';

test('the ingest page is told who sends what, and what was refused', async () => {
  const doors = await openDoors(({ tally, intake }) => [
    remoteWriteRoutes({ samples: intake, tally, clock: systemClock }),
    ingestRoutes({
      tally,
      scraper: { targets: () => [] },
      metrics: { status: () => ({ series: 12, seriesLimit: 1000 }) },
      columns: {
        status: () => ({
          state: 'down',
          engine: 'embedded',
          since: 0,
          restarts: 0,
          lastError: 'gone',
          pid: undefined,
          spool: {
            bytes: 10,
            limitBytes: 100,
            oldestMs: 2_000,
            deliveredRows: 0,
            rejectedRows: 0,
            lastError: undefined,
          },
        }),
      },
      publicUrl: () => null,
      syslog: { addresses: () => ['udp://127.0.0.1:5514'] },
    }),
  ]);
  await doors.post('/api/v1/write', 'no snappy', { 'content-type': 'application/x-protobuf' });
  const headers = { authorization: 'Bearer admin' };
  const answer = await fetch(`${doors.url}/api/v1/ingest`, { headers });
  const status = ingestStatus.parse(await answer.json());
  expect(status).toMatchObject({
    sources: [{ door: 'remote-write', refused: 1, refusals: [{ reason: 'unreadable' }] }],
    series: 12,
    spool: { bytes: 10, oldestMs: 2_000, columnsUp: false },
    addresses: { base: doors.url, syslog: ['udp://127.0.0.1:5514'] },
  });
  const denied = await fetch(`${doors.url}/api/v1/ingest`, {
    headers: { authorization: 'Bearer a=metric.read' },
  });
  expect(denied.status).toBe(403);
  await doors.stop();
});
