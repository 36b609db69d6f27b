import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { openDeciding } from '../deciding-fixture.ts';
import type { ApprovedCall, HeldCall, Identity } from '../types.ts';
import { createApprovals } from './service.ts';

async function openApprovals(state: State) {
  const world = await openDeciding(state);
  const done: ApprovedCall[] = [];
  const answers = { status: 200, fails: false };
  const make = () => {
    const approvals = createApprovals({
      state,
      clock: world.clock,
      log: silentLogger,
      audit: world.audit,
      seal: world.secrets,
      identityOf: world.identityOf,
    });
    approvals.connect(async (call) => {
      done.push(call);
      if (answers.fails) throw new Error('the process is going down');
      return answers.status;
    });
    return approvals;
  };
  const call = (identity: Identity, more: Partial<HeldCall> = {}): HeldCall => {
    const { method = 'POST', url = '/api/v1/users', body = '{"role":"admin"}' } = more;
    return {
      kind: 'grant-administration',
      permission: 'user.manage',
      address: '192.0.2.9',
      requestId: 'req_1',
      identity,
      ...more,
      method,
      url,
      body,
      digest: createHash('sha256').update(`${method}${url}${body}`).digest('hex'),
    };
  };
  const approvals = make();
  /** Asks, and gives the id of the request; fails the test when nothing was held. */
  async function asked(identity: Identity, more: Partial<HeldCall> = {}): Promise<string> {
    const answer = await approvals.hold(call(identity, more));
    if (!answer.held) throw new Error('nothing was held');
    return answer.approval.id;
  }
  return { ...world, approvals, another: make, call, asked, done, answers };
}

describeOnBothStores('two-person approval', (open) => {
  test('a call waits, is approved by another, and is then done once with the same body', async () => {
    const { approvals, person, asked, done, events } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const id = await asked(root);
    expect(done).toEqual([]);
    const view = await approvals.approve(second, id, 'agreed by telephone');
    expect(view).toMatchObject({
      state: 'executed',
      status: 200,
      decidedBy: { id: second.userId },
      note: 'agreed by telephone',
    });
    expect(done).toEqual([
      {
        id,
        method: 'POST',
        url: '/api/v1/users',
        body: '{"role":"admin"}',
        address: '192.0.2.9',
        identity: expect.objectContaining({ userId: root.userId, kind: 'user' }),
      },
    ]);
    expect(events.map(({ action }) => action)).toEqual(['approval.request', 'approval.execute']);
    await expect(approvals.approve(second, id, '')).rejects.toMatchObject({ code: 'approval_used' });
    expect(done).toHaveLength(1);
  });

  test('of many who approve at once, on several nodes, one counts and it is done once', async () => {
    const { approvals, another, person, asked, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const others = await Promise.all(Array.from({ length: 8 }, async (_, at) => person(`A${at}`, 'admin')));
    const id = await asked(root);
    const nodes = [approvals, another()];
    const results = await Promise.allSettled(
      others.map(async (other, at) => (nodes[at % 2] ?? approvals).approve(other, id, '')),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'approval_used' });
    }
    expect(done).toHaveLength(1);
  });

  test('approving and refusing at once leaves one answer, and a refused call is never done', async () => {
    const { approvals, person, asked, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const [one, two] = [await person('One', 'admin'), await person('Two', 'admin')];
    for (let round = 0; round < 5; round += 1) {
      const id = await asked(root, { url: `/api/v1/users?round=${round}` });
      const before = done.length;
      const results = await Promise.allSettled([
        approvals.approve(one, id, ''),
        approvals.refuse(two, id, 'not agreed'),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { state } = await approvals.get(root, id);
      expect(done.length - before).toBe(state === 'executed' ? 1 : 0);
      expect(['executed', 'refused']).toContain(state);
    }
  });

  test('asking again for the same call gives the same request, also at once', async () => {
    const { approvals, person, call } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    await person('Second', 'admin');
    const answers = await Promise.all(Array.from({ length: 6 }, async () => approvals.hold(call(root))));
    expect(new Set(answers.map((answer) => (answer.held ? answer.approval.id : 'done'))).size).toBe(1);
    const other = await approvals.hold(call(root, { body: '{"role":"super-admin"}' }));
    expect(other.held && other.approval.id).not.toBe(answers[0]?.held === true && answers[0].approval.id);
  });

  test('nobody answers their own request, and no program answers any', async () => {
    const { approvals, person, token, asked, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'super-admin');
    const id = await asked(root);
    await expect(approvals.approve(root, id, '')).rejects.toMatchObject({ status: 403 });
    const script = await token(second, ['user.manage']);
    await expect(approvals.approve(script, id, '')).rejects.toMatchObject({ code: 'not_found' });
    // A token of the one who asked is not another person either.
    const own = await token(root, ['user.manage']);
    await expect(approvals.approve(own, id, '')).rejects.toMatchObject({ status: 403 });
    expect(done).toEqual([]);
  });

  test('who lacks what the call asks for neither sees nor answers it', async () => {
    const { approvals, person, asked } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    await person('Second', 'admin');
    const vic = await person('Vic', 'viewer');
    const id = await asked(root);
    await expect(approvals.get(vic, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(approvals.approve(vic, id, '')).rejects.toMatchObject({ code: 'not_found' });
    expect((await approvals.list(vic, { limit: 10 })).items).toEqual([]);
    expect((await approvals.list(root, { limit: 10 })).items).toMatchObject([{ id, own: true }]);
  });

  test('a request ends by itself, and what is left of it is removed', async () => {
    const { approvals, person, asked, clock, done, secrets } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const id = await asked(root);
    expect(await secrets.names('approval/')).toHaveLength(1);
    clock.jump(24 * 3_600_000);
    await expect(approvals.approve(second, id, '')).rejects.toMatchObject({ code: 'approval_used' });
    expect((await approvals.get(root, id)).state).toBe('expired');
    await approvals.sweep();
    expect(await secrets.names('approval/')).toEqual([]);
    // The same call makes a new request now.
    expect(await asked(root)).not.toBe(id);
    expect(done).toEqual([]);
  });

  test('what was sent lies sealed, and the second person sees it without its secrets', async () => {
    const { state, approvals, person, asked } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const body = '{"role":"admin","password":"tram velvet ocean lantern","nested":[{"apiToken":"abc"}]}';
    const id = await asked(root, { body });
    const view = await approvals.get(second, id);
    expect(view).toMatchObject({
      decidable: true,
      body: { role: 'admin', password: '(hidden)', nested: [{ apiToken: '(hidden)' }] },
    });
    for (const table of ['access_approval', 'secret']) {
      const { rows } = await sql`select * from ${sql.table(table)}`.execute(state.read);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain('velvet');
    }
  });

  test('it is done with what who asked may do then, or not at all', async () => {
    const { state, approvals, person, asked, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const id = await asked(root);
    await sql`update access_user set role = 'viewer' where id = ${root.userId}`.execute(state.write);
    await approvals.approve(second, id, '');
    expect(done[0]?.identity.permissions.has('user.manage')).toBe(false);
    const other = await asked(await person('Third', 'super-admin'), { url: '/other' });
    await sql`update access_user set disabled = 1`.execute(state.write);
    expect(await approvals.approve(second, other, '')).toMatchObject({ state: 'failed', status: 403 });
    expect(done).toHaveLength(1);
  });

  test('a download is done once, when who asked calls it again', async () => {
    const { approvals, person, asked, call, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'super-admin');
    const download = {
      kind: 'bulk-export' as const,
      method: 'GET',
      url: '/api/v1/audit/export?format=csv',
      body: null,
      permission: 'audit.read',
    };
    const id = await asked(root, download);
    expect(await approvals.approve(second, id, '')).toMatchObject({ state: 'approved', byRepeating: true });
    expect(done).toEqual([]);
    const results = await Promise.all(
      Array.from({ length: 5 }, async () => approvals.hold(call(root, download))),
    );
    expect(results.filter((answer) => !answer.held)).toEqual([{ held: false, id }]);
    await approvals.ended(id, 200);
    expect(await approvals.get(root, id)).toMatchObject({ state: 'executed', status: 200 });
  });

  test('what was approved by a process that died is done by the sweep, once', async () => {
    const { state, approvals, another, person, asked, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    await person('Second', 'admin');
    const id = await asked(root);
    await sql`update access_approval set state = 'approved'`.execute(state.write);
    await Promise.all([approvals.sweep(), another().sweep()]);
    expect(done.map((call) => call.id)).toEqual([id]);
    expect((await approvals.get(root, id)).state).toBe('executed');
  });

  test('what was cut off is never done again', async () => {
    const { approvals, person, asked, clock, done, answers } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    answers.fails = true;
    const id = await asked(root);
    expect((await approvals.approve(second, id, '')).state).toBe('interrupted');
    answers.fails = false;
    clock.jump(7_200_000);
    await approvals.sweep();
    expect(done).toHaveLength(1);
  });

  test('where nobody else could approve, it is done and on record; `always` waits all the same', async () => {
    const { approvals, person, call, events } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    await person('Vic', 'viewer');
    expect(await approvals.hold(call(root))).toEqual({ held: false, id: null });
    expect(events.map(({ action }) => action)).toEqual(['approval.waive']);
    await approvals.setMode('grant-administration', 'always');
    expect((await approvals.hold(call(root))).held).toBe(true);
    expect(await approvals.weakens('grant-administration', 'off')).toBe(true);
    await approvals.setMode('grant-administration', 'off');
    await person('Second', 'admin');
    expect(await approvals.hold(call(root))).toEqual({ held: false, id: null });
    const kinds = await approvals.kinds();
    expect(kinds.find(({ kind }) => kind === 'grant-administration')?.mode).toBe('off');
    expect(kinds).toHaveLength(6);
  });

  test('lists are paged newest first, and can be of one state', async () => {
    const { approvals, person, asked } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) ids.push(await asked(root, { url: `/api/v1/users?at=${at}` }));
    await approvals.refuse(second, ids[1] ?? '', 'not agreed');
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await approvals.list(second, { cursor, limit: 2 });
      seen.push(...page.items.map((one) => one.id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids.toReversed());
    const refused = await approvals.list(second, { state: 'refused', limit: 10 });
    expect(refused.items.map((one) => one.id)).toEqual([ids[1]]);
  });

  test('one person has no more than a hundred requests waiting', async () => {
    const { approvals, person, asked, call } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'super-admin');
    for (let at = 0; at < 100; at += 1) await asked(root, { url: `/api/v1/users?at=${at}`, body: null });
    await expect(approvals.hold(call(root))).rejects.toMatchObject({ code: 'conflict' });
    // The same call again is no new request, and others are not kept from asking.
    expect((await approvals.hold(call(root, { url: '/api/v1/users?at=7', body: null }))).held).toBe(true);
    expect((await approvals.hold(call(second))).held).toBe(true);
  });

  test('what is long over is removed, and what waits is not', async () => {
    const { approvals, person, asked, clock } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const id = await asked(root);
    await approvals.refuse(second, id, 'not agreed');
    clock.jump(399 * 86_400_000);
    await approvals.sweep();
    expect((await approvals.get(root, id)).state).toBe('refused');
    clock.jump(2 * 86_400_000);
    const fresh = await asked(root);
    await approvals.sweep();
    await expect(approvals.get(root, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await approvals.get(root, fresh)).state).toBe('pending');
  });

  test('only who asked takes a request back', async () => {
    const { approvals, person, asked, done } = await openApprovals(await open());
    const root = await person('Root', 'super-admin');
    const second = await person('Second', 'admin');
    const id = await asked(root);
    await expect(approvals.withdraw(second, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await approvals.withdraw(root, id)).state).toBe('withdrawn');
    await expect(approvals.approve(second, id, '')).rejects.toMatchObject({ code: 'approval_used' });
    expect(done).toEqual([]);
  });
});
