import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function lines() {
  const written: string[] = [];
  const log = createLogger('info', { write: (line) => written.push(line) });
  return { log, last: () => JSON.parse(written.at(-1) ?? '{}') as Record<string, unknown>, written };
}

test('a line is one JSON object with its level, time, fields and message', () => {
  const { log, last, written } = lines();
  log.child({ part: 'notify' }).warn({ attempts: 3 }, 'gave up');
  expect(last()).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    part: 'notify',
    attempts: 3,
    msg: 'gave up',
  });
  expect(written[0]).toMatch(/^[^\n]+\n$/);
});

test('values under names that hold secrets are not written', () => {
  const { log, written } = lines();
  log.info({ password: 'hunter2', request: { authorization: 'Bearer hunter2', cookie: 'hunter2' } }, 'a');
  expect(written.join('')).not.toContain('hunter2');
});

test('personal data is masked wherever it stands: in a message, a field, a list, an error, a child', () => {
  const { log, written } = lines();
  const child = log.child({ user: 'ada@example.com' });
  child.info(
    { address: '203.0.113.7', to: ['ada@example.com', { phone: '+44 20 7946 0958' }] },
    'to ada@example.com',
  );
  child.error({ err: new Error('550 no such user ada@example.com\nfrom "203.0.113.7"') }, 'failed');
  child.error({ wallet: '0x52908400098527886E0F7030069857D2E4169EE7' }, 'failed');
  const text = written.join('');
  for (const value of ['ada@', '203.0.113.7', '7946', '52908400']) expect(text).not.toContain(value);
  expect(text).toContain('a***@example.com');
  expect(text).toContain('203.0.x.x');
  for (const line of written) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

test('what is not personal data is written as it is', () => {
  const { log, last } = lines();
  const fields = {
    requestId: '550e8400-e29b-41d4-a716-446655440000',
    address: '127.0.0.1',
    durationMs: 12.5,
    version: 'v1.2.3.4',
    at: '2026-11-21T07:13:23.000Z',
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };
  log.info(fields, 'listening on http://127.0.0.1:4600');
  expect(last()).toMatchObject({ ...fields, msg: 'listening on http://127.0.0.1:4600' });
});
