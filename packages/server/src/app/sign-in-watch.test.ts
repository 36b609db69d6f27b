import { expect, test } from 'vitest';
import type { AuditEvent } from '../audit/types.ts';
import { createManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { createSignInWatch } from './sign-in-watch.ts';

const hour = 3_600_000;
const event = (more: Partial<AuditEvent>): AuditEvent => ({
  actor: { type: 'user', id: 'usr_1', name: 'Ada' },
  action: 'probe.delete',
  target: null,
  outcome: 'succeeded',
  address: '192.0.2.1',
  requestId: 'req_1',
  ...more,
});

test('failed sign-ins and refused calls of the last hour are counted on their way into the log', async () => {
  const clock = createManualClock();
  const kept: AuditEvent[] = [];
  const audit = { append: async (one: AuditEvent) => void kept.push(one) };
  const watch = createSignInWatch({ clock, log: silentLogger, audit });
  const log = watch.watching(audit);
  const values = async () => (await watch.selfCheck.check(AbortSignal.timeout(1000))).values;
  const login = { type: 'authentication.login', action: 'session.create' };
  await log.append(event({ ...login, outcome: 'failed' }));
  await log.append(event({ ...login, outcome: 'denied' }));
  await log.append(event({ ...login, outcome: 'succeeded' }));
  await log.append(event({ outcome: 'denied' }));
  await log.append(event({ outcome: 'failed' }));
  expect(kept).toHaveLength(5);
  expect(await values()).toMatchObject({ sign_in_failures: 2, access_refusals: 1 });
  await clock.advance(hour);
  await log.append(event({ outcome: 'denied' }));
  expect(await values()).toMatchObject({ sign_in_failures: 2, access_refusals: 2 });
  await clock.advance(1);
  expect(await values()).toMatchObject({ sign_in_failures: 0, access_refusals: 1 });
});

test('what cannot be recorded is refused all the same, and counted', async () => {
  const away = { append: async () => Promise.reject(new Error('the audit log is away')) };
  const watch = createSignInWatch({ clock: createManualClock(), log: silentLogger, audit: away });
  await expect(watch.watching(away).append(event({ outcome: 'denied' }))).rejects.toThrow('away');
  const { values } = await watch.selfCheck.check(AbortSignal.timeout(1000));
  expect(values['access_refusals']).toBe(1);
});
