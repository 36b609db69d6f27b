import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { silentLogger } from '../base/logger.ts';
import { goodPassword } from './access-fixture.ts';
import { clearAddressRules } from './address-rules/service.ts';
import { serveAccess, type Body } from './served-fixture.ts';
import { createAccess } from './service.ts';

const approvalOf = (answer: Body): string => (answer['approval'] as { id: string }).id;

describeOnBothStores('deciding, over HTTP', (open) => {
  test('making somebody an administrator takes two, and their password waits sealed', async () => {
    const { state, call, enter, events, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bob = await enter('bob@example.com', 'super-admin');
    const path = ['POST', '/api/v1/users'] as const;
    const body = { email: 'new@example.com', name: 'New', role: 'admin', password: 'tram copper ocean nine' };
    // Others than administrators need nobody.
    const viewer = { ...body, email: 'vic@example.com', role: 'viewer' };
    expect((await call(ada, path, { body: viewer })).status).toBe(201);

    const asked = await call(ada, path, { body });
    expect(asked.status).toBe(202);
    const tables = await sql`select * from access_approval`.execute(state.read);
    expect(JSON.stringify(tables.rows)).toContain('new@example.com');
    expect(JSON.stringify(tables.rows)).not.toContain('copper');
    const id = approvalOf(asked.answer);
    const approved = await call(bob, ['POST', `/api/v1/approvals/${id}/approve`], { body: {} });
    expect(approved).toMatchObject({ status: 200, answer: { state: 'executed', status: 201 } });
    // The password is the one that was sent.
    const credentials = { email: body.email, password: body.password };
    expect((await call('', ['POST', '/api/v1/session'], { body: credentials })).status).toBeLessThan(300);
    expect(events.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['approval.request', 'approval.execute']),
    );
    await stop();
  });

  test('a demoted asker gets nothing done, however it was approved', async () => {
    const { access, call, enter, idOf, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bob = await enter('bob@example.com', 'super-admin');
    const cy = await enter('cy@example.com', 'viewer');
    const cyId = await idOf(cy);
    const adaId = await idOf(ada);
    const asked = await call(ada, ['PATCH', `/api/v1/users/${cyId}`], { body: { role: 'admin' } });
    expect(asked.status).toBe(202);
    await call(bob, ['PATCH', `/api/v1/users/${adaId}`], { body: { role: 'viewer' } });
    const id = approvalOf(asked.answer);
    const approved = await call(bob, ['POST', `/api/v1/approvals/${id}/approve`], { body: {} });
    expect(approved.answer).toMatchObject({ state: 'failed', status: 403 });
    const { items } = await access.users.list({ limit: 10 });
    expect(items.find((user) => user.id === cyId)?.role).toBe('viewer');
    await stop();
  });

  test('a role of one’s own is given to somebody, and changes on their next request', async () => {
    const { call, enter, idOf, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const vic = await enter('vic@example.com', 'viewer');
    const vicId = await idOf(vic);
    const role = {
      name: 'night-shift',
      title: 'Night shift',
      permissions: ['dashboard.read', 'user.read', 'token.own'],
    };
    expect((await call(ada, ['POST', '/api/v1/roles'], { body: role })).status).toBe(201);
    await call(ada, ['PATCH', `/api/v1/users/${vicId}`], { body: { role: 'night-shift' } });
    const credentials = { email: 'vic@example.com', password: goodPassword };
    const again = (await call('', ['POST', '/api/v1/session'], { body: credentials })).cookie;
    expect((await call(again, ['GET', '/api/v1/users'])).status).toBe(200);
    const change = { body: { permissions: ['dashboard.read'] } };
    expect((await call(ada, ['PATCH', '/api/v1/roles/night-shift'], change)).status).toBe(200);
    expect((await call(again, ['GET', '/api/v1/users'])).status).toBe(403);
    expect((await call(ada, ['DELETE', '/api/v1/roles/night-shift'])).answer).toMatchObject({
      code: 'conflict',
    });
    const { items } = (await call(ada, ['GET', '/api/v1/roles'])).answer as { items: Body[] };
    expect(items.at(-1)).toMatchObject({ name: 'night-shift', builtIn: false });
    expect(items).toHaveLength(8);
    await stop();
  });

  test('nobody gives a role that reaches further than their own', async () => {
    const { call, enter, idOf, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const role = {
      name: 'lead',
      title: 'Lead',
      permissions: [
        'user.manage',
        'user.read',
        'dashboard.read',
        'alert.read',
        'investigation.read',
        'token.own',
      ],
      reach: { 'investigation.read': 'own' },
    };
    expect((await call(ada, ['POST', '/api/v1/roles'], { body: role })).status).toBe(201);
    const lead = await enter('lead@example.com', 'lead');
    const vicId = await idOf(await enter('vic@example.com', 'auditor'));
    // A viewer reads the investigations of a team; the lead reads their own only.
    const given = await call(lead, ['PATCH', `/api/v1/users/${vicId}`], { body: { role: 'viewer' } });
    expect(given).toMatchObject({
      status: 403,
      answer: { detail: expect.stringContaining('investigation.read') },
    });
    await stop();
  });

  test('marked acts need a fresh proof; approving is one', async () => {
    const { clock, call, enter, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bob = await enter('bob@example.com', 'super-admin');
    const body = { name: 'jobs', title: 'Jobs', permissions: ['job.manage'] };
    const asked = await call(ada, ['POST', '/api/v1/roles'], { body });
    expect(asked.status).toBe(202);
    clock.jump(6 * 60_000);
    const approve = ['POST', `/api/v1/approvals/${approvalOf(asked.answer)}/approve`] as const;
    expect((await call(bob, approve, { body: {} })).answer).toMatchObject({ code: 'step_up_required' });
    const proof = { kind: 'password', password: goodPassword };
    const confirmed = await call(bob, ['POST', '/api/v1/session/step-up'], { body: { proof } });
    expect(confirmed.status).toBe(200);
    // The asker's own proof was taken when they asked.
    expect((await call(confirmed.cookie, approve, { body: {} })).answer).toMatchObject({
      state: 'executed',
      status: 201,
    });
    await stop();
  });

  test('the preset outlives a start, on this node and on others', async () => {
    const { access, call, enter, stop, state, clock, audit } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const preset = { body: { preset: 'ladder' } };
    expect((await call(ada, ['PUT', '/api/v1/role-preset'], preset)).status).toBe(200);
    const other = createAccess({ state, clock, log: silentLogger, audit });
    await other.start();
    await access.start();
    const { items } = await access.roles.list();
    expect(items.find(({ name }) => name === 'admin')?.permissions).toContain('pii.read');
    await other.stop();
    await stop();
  });

  test('who has locked everybody out is let in again from the host', async () => {
    const { clock, call, enter, stop, state, audit } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const rule = { scope: 'installation', range: '198.51.100.0/24' };
    const path = ['POST', '/api/v1/address-rules'] as const;
    expect((await call(ada, path, { body: rule })).answer).toMatchObject({ code: 'lock_out_risk' });
    expect((await call(ada, path, { body: { ...rule, confirm: true } })).status).toBe(201);
    expect((await call(ada, ['GET', '/api/v1/session'])).answer).toMatchObject({ code: 'address_refused' });
    const credentials = { email: 'ada@example.com', password: goodPassword };
    const refused = await call('', ['POST', '/api/v1/session'], { body: credentials });
    expect(refused.answer).toMatchObject({ code: 'address_refused' });
    await clearAddressRules({ state, audit });
    await clock.advance(1000);
    expect((await call(ada, ['GET', '/api/v1/session'])).status).toBe(200);
    await stop();
  });

  test('a review revokes for real', async () => {
    const { call, enter, idOf, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bob = await enter('bob@example.com', 'admin');
    const vic = await enter('vic@example.com', 'viewer');
    const [vicId, adaId] = [await idOf(vic), await idOf(ada)];
    const token = { name: 'ci', permissions: ['dashboard.read'], expiresInDays: 1 };
    const made = await call(vic, ['POST', '/api/v1/tokens'], { body: token });
    const review = (await call(ada, ['POST', '/api/v1/access-reviews'])).answer;
    const path = `/api/v1/access-reviews/${String(review['id'])}`;
    const { items } = (await call(ada, ['GET', `${path}/lines`])).answer as { items: Body[] };
    const lineOf = (subject: unknown) => items.find((line) => line['subject'] === subject)?.['id'];
    const decide = async (cookie: string, subject: unknown, decision: string) =>
      call(cookie, ['POST', `${path}/decide`], { body: { line: lineOf(subject), decision } });
    expect((await decide(ada, made.answer['id'], 'revoke')).status).toBe(200);
    expect((await decide(ada, vicId, 'revoke')).status).toBe(200);
    expect((await call(vic, ['GET', '/api/v1/session'])).status).toBe(401);
    // An administrator cannot disable a super administrator this way either.
    expect((await decide(bob, adaId, 'revoke')).status).toBe(403);
    expect((await decide(bob, adaId, 'keep')).status).toBe(200);
    expect((await decide(ada, await idOf(bob), 'keep')).status).toBe(200);
    const signed = await call(ada, ['POST', `${path}/sign`]);
    expect(signed).toMatchObject({ status: 200, answer: { state: 'signed', undecided: 0, revoked: 2 } });
    const evidence = (await call(bob, ['GET', `${path}/evidence`])).answer as Record<string, string>;
    expect(
      createHash('sha256')
        .update(evidence['document'] ?? '')
        .digest('hex'),
    ).toBe(signed.answer['digest']);
    await stop();
  });

  test('other languages ask whether a token may', async () => {
    const { call, enter, idOf, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const vic = await enter('vic@example.com', 'viewer');
    const token = { name: 'ci', permissions: ['dashboard.read'], expiresInDays: 1 };
    const made = await call(vic, ['POST', '/api/v1/tokens'], { body: token });
    const ask = async (permission: string, credential?: unknown) =>
      (
        await call(ada, ['POST', '/api/v1/authorize'], {
          body: { permission, ...(credential === undefined ? {} : { credential }) },
        })
      ).answer;
    expect(await ask('pii.read')).toMatchObject({ allowed: true });
    expect(await ask('dashboard.read', made.answer['token'])).toEqual({
      allowed: true,
      reason: null,
      identity: { userId: await idOf(vic), role: 'viewer', kind: 'token' },
    });
    expect(await ask('alert.read', made.answer['token'])).toMatchObject({
      allowed: false,
      reason: 'permission',
    });
    expect(await ask('dashboard.read', 'custos_made_up')).toMatchObject({
      reason: 'credential',
      identity: null,
    });
    await stop();
  });
});
