import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { custos as run } from '../../test/command.ts';
import { install, goodPassword, type Body, type Installation } from '../../test/access-people.ts';
import { discard, eventually } from '../../test/serve.ts';
import { runCli } from './cli.ts';

/** Accounts, tokens and address rules from the host, beside a running server. */

let custos: Installation;
const configured = (args: readonly string[]): string[] => [
  ...args,
  '-c',
  join(custos.served.directory, 'custos.yaml'),
];

/** As a process of its own, for what is typed into it. */
const typed = (args: readonly string[], input: string) =>
  run(configured(args), { directory: custos.served.directory, input });

/** In this process, which is sooner. One at a time. */
async function host(args: readonly string[]) {
  const { log, error } = console;
  const told = { out: '', error: '' };
  console.log = (line: string) => void (told.out += `${line}\n`);
  console.error = (line: string) => void (told.error += `${line}\n`);
  try {
    const code = await runCli(configured(args));
    return { code, ...told };
  } finally {
    Object.assign(console, { log, error });
  }
}

beforeAll(async () => {
  custos = await install();
}, 60_000);
afterAll(async () => {
  await custos.close();
  await discard(custos.served);
});

test('an account is made with a password that is asked for, and what is wrong is named', async () => {
  const args = ['user', 'create', '--email', 'vic@example.com', '--name', 'Vic', '--role', 'viewer'];
  expect(await typed(args, `${goodPassword}\n`)).toMatchObject({
    code: 0,
    out: 'Created vic@example.com as viewer.\n',
  });
  expect((await custos.browser().signIn('vic@example.com')).status).toBe(200);
  expect(await typed(args, `${goodPassword}\n`)).toMatchObject({
    code: 1,
    error: expect.stringContaining('already'),
  });
  const wrong = ['user', 'create', '--email', 'not an address', '--name', 'Vic', '--role', 'viewer'];
  expect(await host(wrong)).toMatchObject({
    code: 1,
    error: expect.stringContaining('--email'),
  });
  const short = ['user', 'create', '--email', 'uma@example.com', '--name', 'Uma', '--role', 'viewer'];
  expect(await typed(short, 'short\n')).toMatchObject({
    code: 1,
    error: expect.stringContaining('12 characters'),
  });
  const listed = JSON.parse((await host(['user', 'list', '--json'])).out) as Body[];
  expect(listed.map(({ email }) => email)).toEqual(['ada@example.com', 'vic@example.com']);
});

test('an invitation and a reset print a link that works once', async () => {
  const args = ['user', 'invite', '--email', 'ian@example.com', '--name', 'Ian', '--role', 'analyst'];
  const invited = await host(args);
  expect(invited.code).toBe(0);
  const [, token = ''] = /\/invitation#token=(\S+)/.exec(invited.out) ?? [];
  const ian = custos.browser();
  const use = { token, password: goodPassword };
  expect((await ian.post('/api/v1/sign-in/links/use', use)).status).toBe(200);
  expect((await ian.post('/api/v1/sign-in/links/use', use)).status).toBe(403);
  expect((await ian.signIn('ian@example.com')).status).toBe(200);

  const reset = await host(['user', 'reset', 'ian@example.com']);
  const [, again = ''] = /\/reset#token=(\S+)/.exec(reset.out) ?? [];
  const another = { token: again, password: 'another lantern velvet tram' };
  expect((await ian.post('/api/v1/sign-in/links/use', another)).status).toBe(200);
  expect((await ian.get('/api/v1/session')).status).toBe(401);
  expect(await host(['user', 'reset', 'nobody@example.com'])).toMatchObject({ code: 1 });
});

test('a locked account is opened, and one that is not locked is told so', async () => {
  await custos.add('lou@example.com', 'viewer');
  for (let at = 0; at < 5; at += 1)
    await custos.browser(`127.0.2.${1 + at}`).signIn('lou@example.com', 'wrong');
  expect((await custos.browser('127.0.2.9').signIn('lou@example.com')).status).toBe(401);
  expect(await host(['user', 'unlock', 'lou@example.com'])).toMatchObject({ code: 0 });
  expect((await custos.browser('127.0.2.9').signIn('lou@example.com')).status).toBe(200);
  expect(await host(['user', 'unlock', 'lou@example.com'])).toMatchObject({ code: 1 });
});

test('second factors are removed, and an account is disabled and enabled', async () => {
  const mia = await custos.person('mia@example.com', 'viewer', '127.0.3.1');
  expect((await mia.post('/api/v1/factors/totp')).status).toBe(200);
  expect(await host(['user', 'reset-mfa', 'mia@example.com'])).toMatchObject({ code: 0 });
  expect((await mia.get('/api/v1/session')).status).toBe(401);
  expect(await host(['user', 'reset-mfa', 'nobody@example.com'])).toMatchObject({ code: 1 });

  expect((await mia.signIn('mia@example.com')).status).toBe(200);
  expect(await host(['user', 'disable', 'mia@example.com'])).toMatchObject({ code: 0 });
  expect((await mia.get('/api/v1/session')).status).toBe(401);
  expect((await mia.signIn('mia@example.com')).status).toBe(401);
  expect(await host(['user', 'enable', 'mia@example.com'])).toMatchObject({ code: 0 });
  expect((await mia.signIn('mia@example.com')).status).toBe(200);
  // The last one who can configure the installation stays in it.
  expect(await host(['user', 'disable', 'ada@example.com'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('last super administrator'),
  });
});

test('a token is made, listed and revoked, and does no more than its owner may', async () => {
  await custos.add('tia@example.com', 'viewer');
  const args = ['token', 'create', '--owner', 'tia@example.com', '--name', 'ci', '--days', '7'];
  const made = await host([...args, '--permission', 'dashboard.read', 'alert.read']);
  expect(made.code).toBe(0);
  const program = custos.program(made.out.trim());
  expect((await program.get('/api/v1/overview')).status).toBe(200);
  expect((await program.get('/api/v1/users')).status).toBe(403);
  expect(await host([...args, '--permission', 'user.manage'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('user.manage'),
  });
  expect(await host([...args, '--permission', 'nothing.real'])).toMatchObject({ code: 1 });

  const listed = JSON.parse((await host(['token', 'list', '--json'])).out) as Body[];
  const token = listed.find(({ name }) => name === 'ci');
  expect(token).toMatchObject({ owner: 'tia@example.com' });
  expect(JSON.stringify(listed)).not.toContain(made.out.trim());
  expect(await host(['token', 'revoke', String(token?.['id'])])).toMatchObject({ code: 0 });
  expect((await program.get('/api/v1/overview')).status).toBe(401);
  expect(await host(['token', 'revoke', String(token?.['id'])])).toMatchObject({ code: 1 });
});

test('who has locked everybody out is let in again from the host', async () => {
  const ada = await custos.administrator();
  const rule = { scope: 'installation', range: '198.51.100.0/24', confirm: true };
  expect((await ada.post('/api/v1/address-rules', rule)).status).toBe(201);
  expect((await ada.get('/api/v1/session')).status).toBe(403);
  expect(await host(['address-rules', 'clear'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 address rules removed'),
  });
  await eventually(async () => (await ada.get('/api/v1/session')).status === 200);
});

test('every act on the host is on record as the operator’s', async () => {
  const events = await custos.recorded('actor=host-operator');
  const acts = new Set(events.map(({ action, outcome }) => `${String(action)} ${String(outcome)}`));
  for (const wanted of [
    'user.create succeeded',
    'user.invite succeeded',
    'user.reset succeeded',
    'user.unlock succeeded',
    'user.reset-factors succeeded',
    'user.disable succeeded',
    'user.enable succeeded',
    'token.create attempted',
    'token.create succeeded',
    'token.revoke succeeded',
    'address-rules.clear succeeded',
  ]) {
    expect([...acts], wanted).toContain(wanted);
  }
});
