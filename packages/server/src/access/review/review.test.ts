import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { CustosError } from '../../base/errors.ts';
import { openDeciding } from '../deciding-fixture.ts';
import { quarterOf } from './quarter.ts';
import { createReviews } from './service.ts';

test.each([
  ['2026-01-01T00:00:00.000Z', '2026-Q1', '2026-03-31T23:59:59.999Z'],
  ['2026-03-31T23:59:59.999Z', '2026-Q1', '2026-03-31T23:59:59.999Z'],
  ['2026-04-01T00:00:00.000Z', '2026-Q2', '2026-06-30T23:59:59.999Z'],
  ['2028-12-31T23:59:59.999Z', '2028-Q4', '2028-12-31T23:59:59.999Z'],
])('%s is in %s', (at, period, end) => {
  const quarter = quarterOf(Date.parse(at));
  expect(quarter.period).toBe(period);
  expect(new Date(quarter.end).toISOString()).toBe(end);
});

const here = { address: '192.0.2.9', device: 'test', requestId: 'req_1' };

describeOnBothStores('access review', (open) => {
  async function withStaff() {
    const world = await openDeciding(await open());
    const revoked: string[] = [];
    const untouchable = new Set<string>();
    const reviews = createReviews({
      ...world,
      revoke: {
        async disableUser(id) {
          if (untouchable.has(id)) throw new CustosError('forbidden', 'No.', { status: 403 });
          revoked.push(id);
        },
        async revokeToken(id) {
          revoked.push(id);
        },
      },
    });
    const root = await world.person('Root', 'super-admin');
    const vic = await world.person('Vic', 'viewer');
    const script = await world.token(vic, ['dashboard.read', 'user.manage']);
    return { ...world, reviews, revoked, untouchable, root, vic, script };
  }
  const all = { limit: 500 };

  test('lists every person and every token that works, with what they hold at that moment', async () => {
    const { reviews, root, vic, script } = await withStaff();
    const review = await reviews.start(root);
    expect(review).toMatchObject({
      state: 'open',
      lines: 3,
      undecided: 3,
      revoked: 0,
      startedBy: root.userId,
    });
    const { items } = await reviews.lines(review.id, all);
    expect(items.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['user', root.userId],
      ['user', vic.userId],
      ['token', script.tokenId],
    ]);
    // What a token could do beyond its owner is not there, for it cannot do it.
    expect(items[2]?.permissions).toEqual(['dashboard.read']);
  });

  test('there is one a quarter, however many begin it', async () => {
    const { reviews, root, clock } = await withStaff();
    const results = await Promise.allSettled([reviews.start(root), reviews.start(root), reviews.startDue()]);
    const begun = results.filter((result) => result.status === 'fulfilled' && result.value !== false);
    expect(begun).toHaveLength(1);
    expect(await reviews.startDue()).toBe(false);
    await expect(reviews.start(root)).rejects.toMatchObject({ code: 'conflict' });
    clock.jump(95 * 86_400_000);
    expect(await reviews.startDue()).toBe(true);
    const { items } = await reviews.list(all);
    expect(items).toHaveLength(2);
    expect(new Set(items.map(({ period }) => period)).size).toBe(2);
  });

  test('to revoke acts at once and is final; to keep can be thought over', async () => {
    const { reviews, root, vic, script, revoked } = await withStaff();
    const { id } = await reviews.start(root);
    const { items } = await reviews.lines(id, all);
    const [, ofVic, ofScript] = items.map((line) => line.id);
    await reviews.decide(root, id, { line: ofVic ?? '', decision: 'keep', note: 'still on the team' });
    await reviews.decide(root, id, { line: ofScript ?? '', decision: 'revoke', note: 'not used' });
    await reviews.decide(root, id, { line: ofVic ?? '', decision: 'revoke', note: 'has left' });
    expect(revoked).toEqual([script.tokenId, vic.userId]);
    await expect(
      reviews.decide(root, id, { line: ofVic ?? '', decision: 'keep', note: '' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await reviews.get(id)).toMatchObject({ undecided: 1, revoked: 2 });
  });

  test('nobody decides about themselves or their tokens, and no program decides', async () => {
    const { reviews, root, vic, person, token } = await withStaff();
    const { id } = await reviews.start(root);
    const { items } = await reviews.lines(id, all);
    const [ofRoot, ofVic, ofScript] = items.map((line) => line.id);
    const keep = (line: string | undefined) => ({ line: line ?? '', decision: 'keep' as const, note: '' });
    await expect(reviews.decide(root, id, keep(ofRoot))).rejects.toMatchObject({ status: 403 });
    await expect(reviews.decide(vic, id, keep(ofScript))).rejects.toMatchObject({ status: 403 });
    const bot = await token(root, ['user.manage']);
    await expect(reviews.decide(bot, id, keep(ofVic))).rejects.toMatchObject({ status: 403 });
    await expect(reviews.sign(bot, id, here)).rejects.toMatchObject({ status: 403 });
    const other = await person('Other', 'admin');
    expect(await reviews.decide(other, id, keep(ofRoot))).toMatchObject({ decidedBy: other.userId });
  });

  test('what cannot be revoked is not decided', async () => {
    const { reviews, root, person, untouchable } = await withStaff();
    const last = await person('Last', 'admin');
    const { id } = await reviews.start(root);
    const { items } = await reviews.lines(id, all);
    const line = items.find(({ subject }) => subject === last.userId)?.id ?? '';
    untouchable.add(last.userId);
    await expect(reviews.decide(root, id, { line, decision: 'revoke', note: '' })).rejects.toMatchObject({
      status: 403,
    });
    const after = (await reviews.lines(id, all)).items.find((one) => one.id === line);
    expect(after?.decision).toBeNull();
  });

  test('is signed once, when every line is decided, and its digest is on record', async () => {
    const { reviews, root, person, events } = await withStaff();
    const other = await person('Other', 'admin');
    const { id } = await reviews.start(root);
    await expect(reviews.sign(root, id, here)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('4 of 4'),
    });
    await expect(reviews.evidence(id)).rejects.toMatchObject({ code: 'not_found' });
    for (const line of (await reviews.lines(id, all)).items) {
      const decider = line.subject === root.userId ? other : root;
      await reviews.decide(decider, id, { line: line.id, decision: 'keep', note: '' });
    }
    const results = await Promise.allSettled([reviews.sign(root, id, here), reviews.sign(other, id, here)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { digest, document } = await reviews.evidence(id);
    expect(createHash('sha256').update(document).digest('hex')).toBe(digest);
    const signed = events.filter(({ action }) => action === 'access-review.signed');
    expect(signed).toMatchObject([{ details: { sha256: digest, lines: 4, revoked: 0 } }]);
    expect(JSON.stringify(signed)).not.toContain('@example.com');
    expect(document).not.toContain('@example.com');
    expect(document).toContain(root.userId);
    const parsed = JSON.parse(document) as {
      review: object;
      lines: { decision: string; decidedBy: string }[];
    };
    expect(parsed.lines.every(({ decision, decidedBy }) => decision === 'keep' && decidedBy !== '')).toBe(
      true,
    );
    const [line] = (await reviews.lines(id, all)).items;
    await expect(
      reviews.decide(other, id, { line: line?.id ?? '', decision: 'revoke', note: '' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  test('lines are paged, each once', async () => {
    const { reviews, root, person } = await withStaff();
    for (let at = 0; at < 7; at += 1) await person(`P${at}`, 'viewer');
    const { id } = await reviews.start(root);
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await reviews.lines(id, { limit: 3, cursor });
      seen.push(...page.items.map((line) => line.subject));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toHaveLength(10);
    expect(new Set(seen).size).toBe(10);
  });
});
