import { expect, test } from 'vitest';
import { signatureHeader } from '../../packages/server/src/notify/signature.ts';
import { createInbox } from './inbox.ts';

const secret = 'a secret of at least sixteen characters';
const body = JSON.stringify({ event: 'firing', alert: { title: 'Shop is down', severity: 'critical' } });

test('a page with the right signature is shown, and any other is refused', () => {
  const inbox = createInbox(secret, () => 7);
  const sign = (by: string) => signatureHeader(body, { secrets: [by], now: 1000 });
  expect(inbox.takeWebhook(body, sign('another secret'))).toBe(401);
  expect(inbox.takeWebhook(`${body} `, sign(secret))).toBe(401);
  expect(inbox.takeWebhook(body, '')).toBe(401);
  expect(inbox.entries()).toEqual([]);
  expect(inbox.takeWebhook(body, sign(secret))).toBe(200);
  expect(inbox.entries()).toMatchObject([{ at: 7, title: 'Shop is down', event: 'firing' }]);
});

test('the subject of a mail is read folded and encoded', () => {
  const inbox = createInbox(secret, () => 7);
  inbox.takeMail(
    'To: oncall@example.com\r\nSubject: =?UTF-8?Q?Shop_is_d=C3=B6wn?=\r\n =?UTF-8?Q?_now?=\r\nCustos-Event: firing\r\n\r\nSubject: no',
  );
  expect(inbox.entries()[0]).toMatchObject({ title: 'Shop is döwn now', event: 'firing', via: 'e-mail' });
});

test('the newest fifty are kept, newest first', () => {
  const inbox = createInbox(secret, () => 7);
  for (let index = 0; index < 60; index += 1) inbox.takeMail(`Subject: ${index}\r\n\r\n`);
  expect(inbox.entries()).toHaveLength(50);
  expect(inbox.entries()[0]?.title).toBe('59');
});
