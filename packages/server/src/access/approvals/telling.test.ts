import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { silentLogger } from '../../base/logger.ts';
import { openDeciding } from '../deciding-fixture.ts';
import type { HeldCall, Identity, Person, PersonalMessage } from '../types.ts';
import { createApprovals } from './service.ts';

const hour = 3_600_000;

describeOnBothStores('letters about requests for a second person', (open) => {
  async function world() {
    const fixture = await openDeciding(await open());
    const told: { person: Person; message: PersonalMessage }[] = [];
    const changed: string[] = [];
    let status = 200;
    const approvals = createApprovals({
      ...fixture,
      log: silentLogger,
      seal: fixture.secrets,
      publicUrl: () => 'https://custos.example/',
      tell: (person, message) => void told.push({ person, message }),
      onChanged: (id) => changed.push(id),
    });
    approvals.connect(async () => status);
    const ask = async (identity: Identity, more: Partial<HeldCall> = {}): Promise<string> => {
      const { method = 'POST', body = '{"email":"canary@example.com"}' } = more;
      const answer = await approvals.hold({
        kind: 'grant-administration',
        permission: 'user.manage',
        url: '/api/v1/users?of=canary',
        address: '192.0.2.9',
        requestId: 'req_1',
        identity,
        ...more,
        method,
        body,
        digest: createHash('sha256').update(`${method}${more.url}${body}${more.kind}`).digest('hex'),
      });
      if (!answer.held) throw new Error('nothing was held');
      return answer.approval.id;
    };
    /** Everybody who was told since the last look, with the subject. */
    const letters = async (count: number) => {
      await expect.poll(() => told.length).toBe(count);
      return told.splice(0).map(({ person, message }) => [person.name, message.subject]);
    };
    return { ...fixture, approvals, ask, told, changed, letters, answer: (next: number) => (status = next) };
  }

  test('who may answer is told at once, who asked of the end, and a letter says nothing about anybody', async () => {
    const { person, approvals, ask, told, changed, letters } = await world();
    const root = await person('Root', 'super-admin');
    const [bob] = [await person('Bob', 'admin'), await person('Vic', 'viewer')];
    const id = await ask(root);
    await expect.poll(() => told.length).toBe(1);
    const [first] = told;
    expect(first?.person).toEqual({ id: bob.userId, email: bob.email, name: 'Bob' });
    expect(first?.message).toMatchObject({
      subject: 'Custos asks you as a second person',
      url: `https://custos.example/approvals/${id}`,
    });
    expect(first?.message.text).toContain('Grant of administration');
    // Neither who asked nor for what.
    expect(JSON.stringify(first?.message)).not.toMatch(/Root|canary|192\.0\.2\.9/);
    expect(changed).toEqual([id]);
    told.splice(0);

    await approvals.approve(bob, id, 'about canary@example.com');
    expect(await letters(1)).toEqual([['Root', 'Your Custos request was approved']]);
    expect(changed.filter((each) => each === id).length).toBeGreaterThan(1);
  });

  test('a refusal, a failure and an end without an answer are told to who asked', async () => {
    const { person, approvals, ask, letters, answer, clock, told, changed } = await world();
    const root = await person('Root', 'super-admin');
    const bob = await person('Bob', 'admin');
    const refused = await ask(root, { url: '/one' });
    await letters(1);
    await approvals.refuse(bob, refused, 'canary@example.com is nobody');
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]?.message.text).not.toContain('canary');
    expect(await letters(1)).toEqual([['Root', 'Your Custos request was refused']]);

    answer(409);
    const failed = await ask(root, { url: '/two' });
    await letters(1);
    await approvals.approve(bob, failed, '');
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]?.message.text).toContain('409');
    await letters(1);

    const expired = await ask(root, { url: '/three' });
    await letters(1);
    changed.splice(0);
    await clock.advance(25 * hour);
    await approvals.sweep();
    expect(await letters(1)).toEqual([['Root', 'Your Custos request expired']]);
    expect(changed).toEqual([expired]);

    const taken = await ask(root, { url: '/four' });
    await letters(1);
    changed.splice(0);
    await approvals.withdraw(root, taken);
    expect(changed).toEqual([taken]);
    expect(told).toEqual([]);
  });

  test('a download that was approved waits for who asked, who is told so; of what it gave nobody is', async () => {
    const { person, approvals, ask, letters, told } = await world();
    const root = await person('Root', 'super-admin');
    const bob = await person('Bob', 'admin');
    const id = await ask(root, { kind: 'bulk-export', method: 'GET', body: null });
    await letters(1);
    await approvals.approve(bob, id, '');
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]?.message.text).toContain('Call it again until');
    told.splice(0);
    // Called again it is done now.
    await expect(ask(root, { kind: 'bulk-export', method: 'GET', body: null })).rejects.toThrow('held');
    await approvals.ended(id, 200);
    expect((await approvals.get(root, id)).state).toBe('executed');
    expect(told).toEqual([]);
  });

  test('of many who could answer twenty are written to, those who were here last', async () => {
    const { person, state, ask, told } = await world();
    const root = await person('Root', 'super-admin');
    for (let at = 0; at < 22; at += 1) await person(`Late ${at}`, 'admin');
    const seen = await person('Seen', 'admin');
    await state.write
      .withTables<{ access_user: { id: string; last_sign_in_at: number | null } }>()
      .updateTable('access_user')
      .set({ last_sign_in_at: 5 })
      .where('id', '=', seen.userId)
      .execute();
    await ask(root);
    await expect.poll(() => told.length).toBe(20);
    expect(told[0]?.person.name).toBe('Seen');
  });
});
