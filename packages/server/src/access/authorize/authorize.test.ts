import type { ReachScope } from '@custos/contract';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { silentLogger } from '../../base/logger.ts';
import { createAddressRules } from '../address-rules/service.ts';
import { createCustomRoles } from '../custom-roles/service.ts';
import { openDeciding } from '../deciding-fixture.ts';
import { seesObject } from '../object-level/sees-object.ts';
import { createObjectLevel } from '../object-level/service.ts';
import type { Identity } from '../types.ts';
import { createAuthorize } from './service.ts';

test('a view takes in what it says and nothing else', () => {
  const mine = { owners: ['ada', 'bob'], team: null };
  const teams = { owners: ['cy'], team: 'fraud' };
  const others = { owners: ['cy'], team: 'sales' };
  const nobodys = { owners: [], team: null };
  const seen = (reach: ReachScope) =>
    [mine, teams, others, nobodys].map((object) =>
      seesObject({ reach, userId: 'ada', teams: ['fraud'] }, object),
    );
  expect(seen('own')).toEqual([true, false, false, false]);
  expect(seen('team')).toEqual([true, true, false, false]);
  expect(seesObject({ reach: 'all' }, nobodys)).toBe(true);
  expect(seesObject({ reach: 'none' }, mine)).toBe(false);
});

describeOnBothStores('authorize', (open) => {
  async function withPeople() {
    const world = await openDeciding(await open());
    const customRoles = createCustomRoles({ ...world, announceEnd: () => undefined });
    const rules = createAddressRules({ ...world, log: silentLogger });
    const objects = createObjectLevel(world);
    const root = await world.person('Root', 'super-admin');
    await customRoles.create(root, {
      name: 'case-worker',
      title: 'Case worker',
      description: '',
      permissions: ['investigation.read', 'investigation.modify'],
      reach: { 'investigation.read': 'team', 'investigation.modify': 'own' },
    });
    const worker = await world.person('Worker', 'case-worker');
    await customRoles.setTeams(root, worker.userId, ['fraud']);
    const credentials = new Map<string, Identity>();
    const authorize = createAuthorize({
      audit: world.audit,
      objects,
      rules,
      identify: async (credential) => {
        const found = credentials.get(credential);
        return found === undefined ? undefined : world.identityOf(found.userId, found.tokenId);
      },
    });
    const here = { address: '192.0.2.9', device: 'service', requestId: 'req_1' };
    const ask = async (identity: Identity, more: Omit<Parameters<typeof authorize>[1], 'permission'> = {}) =>
      authorize(identity, { permission: 'investigation.modify', ...more }, here);
    return { ...world, customRoles, rules, objects, root, worker, credentials, authorize, ask };
  }

  test('own case, case of the team, case of others', async () => {
    const { objects, worker, root } = await withPeople();
    const own = { owners: [worker.userId], team: null };
    const team = { owners: [root.userId], team: 'fraud' };
    const others = { owners: [root.userId], team: 'sales' };
    const may = async (permission: 'investigation.read' | 'investigation.modify' | 'investigation.delete') =>
      Promise.all([own, team, others].map(async (object) => objects.mayActOn(worker, permission, object)));
    expect(await may('investigation.read')).toEqual([true, true, false]);
    expect(await may('investigation.modify')).toEqual([true, false, false]);
    expect(await may('investigation.delete')).toEqual([false, false, false]);
    expect(await objects.mayActOn(root, 'investigation.delete', others)).toBe(true);
  });

  test('a token reaches no further than its owner', async () => {
    const { objects, worker, token } = await withPeople();
    const script = await token(worker, ['investigation.read', 'investigation.delete']);
    expect(await objects.viewOf(script, 'investigation.read')).toEqual({
      reach: 'team',
      userId: worker.userId,
      teams: ['fraud'],
    });
    expect(await objects.viewOf(script, 'investigation.delete')).toEqual({ reach: 'none' });
  });

  test('teams act on the next question', async () => {
    const { objects, worker, root, customRoles } = await withPeople();
    const object = { owners: [], team: 'fraud' };
    expect(await objects.mayActOn(worker, 'investigation.read', object)).toBe(true);
    await customRoles.setTeams(root, worker.userId, ['sales']);
    expect(await objects.mayActOn(worker, 'investigation.read', object)).toBe(false);
  });

  test('answers for the caller and for a credential, with the reason', async () => {
    const { ask, worker, root, credentials, events } = await withPeople();
    expect(await ask(worker)).toEqual({
      allowed: true,
      reason: null,
      identity: { userId: worker.userId, role: 'case-worker', kind: 'user' },
    });
    credentials.set('jwt', worker);
    const object = { owners: [root.userId], team: 'fraud' };
    // Who asks may do everything; it is about the credential.
    expect(await ask(root, { credential: 'jwt', object })).toMatchObject({
      allowed: false,
      reason: 'object',
      identity: { userId: worker.userId },
    });
    expect(await ask(root, { credential: 'made up' })).toEqual({
      allowed: false,
      reason: 'credential',
      identity: null,
    });
    expect(events.map(({ outcome, details }) => [outcome, details?.['code']])).toEqual([
      ['denied', 'object'],
      ['denied', 'credential'],
    ]);
  });

  test('the permission and the address count too', async () => {
    const { authorize, ask, worker, root, credentials, rules } = await withPeople();
    credentials.set('jwt', worker);
    const here = { address: '192.0.2.9', device: 'service', requestId: null };
    expect(await authorize(root, { permission: 'pii.read', credential: 'jwt' }, here)).toMatchObject({
      allowed: false,
      reason: 'permission',
    });
    await rules.add(
      { identity: root, address: '192.0.2.9' },
      { scope: 'role', subject: 'case-worker', range: '192.0.2.0/24', note: '', confirm: false },
    );
    expect((await ask(root, { credential: 'jwt', address: '192.0.2.77' })).allowed).toBe(true);
    expect(await ask(root, { credential: 'jwt', address: '203.0.113.1' })).toMatchObject({
      reason: 'address',
    });
  });
});
