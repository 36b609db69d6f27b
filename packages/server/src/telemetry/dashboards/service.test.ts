import { dashboardInput, type DashboardInput, type z } from '@custos/contract';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import { createDashboards, dashboardLimit } from './service.ts';
import type { Dashboards } from './types.ts';

const input = (change: z.input<typeof dashboardInput>): DashboardInput => dashboardInput.parse(change);
const panel = { id: 'a', kind: 'chart', x: 0, y: 0, width: 6, height: 8 } as const;
const shop = input({
  name: 'Shop',
  shared: false,
  variables: [{ name: 'job', source: { label: 'job' } }],
  panels: [{ ...panel, title: 'Orders', queries: [{ expression: 'rate(orders_total{job="$job"}[5m])' }] }],
});

describeOnBothStores('dashboards', (open) => {
  const clock = createManualClock();
  const make = async (): Promise<Dashboards> => createDashboards({ state: await open(), clock });
  const madeBy = async (dashboards: Dashboards, viewer: string): Promise<string[]> =>
    (await dashboards.list(viewer)).filter(({ origin }) => origin === 'dashboard').map(({ name }) => name);

  test('a dashboard comes back as it was saved, to its owner and, once shared, to others', async () => {
    const dashboards = await make();
    const made = await dashboards.create('usr_a', shop);
    expect(made).toMatchObject({ ...shop, own: true, origin: 'dashboard' });
    expect(await dashboards.get('usr_a', made.id)).toEqual(made);
    expect(await madeBy(dashboards, 'usr_b')).toEqual([]);
    await expect(dashboards.get('usr_b', made.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(dashboards.update('usr_b', made.id, { input: shop })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(dashboards.remove('usr_b', made.id)).rejects.toMatchObject({ code: 'not_found' });

    await clock.advance(1_000);
    const shared = await dashboards.update('usr_a', made.id, { input: { ...shop, shared: true } });
    expect(shared).toEqual({ ...made, shared: true, updatedAt: made.createdAt + 1_000 });
    expect(await dashboards.get('usr_b', made.id)).toEqual({ ...shared, own: false });
    const [head] = await dashboards.list('usr_b');
    expect(head).toMatchObject({ id: made.id, name: 'Shop', panels: 1, own: false });
    expect(head).not.toHaveProperty('variables');
  });

  test('a shared one is changed and removed by others, and hidden by its owner only', async () => {
    const dashboards = await make();
    const { id } = await dashboards.create('usr_a', { ...shop, shared: true });
    const renamed = await dashboards.update('usr_b', id, { input: { ...shop, name: 'Store', shared: true } });
    expect(renamed).toMatchObject({ name: 'Store', own: false });
    await expect(dashboards.update('usr_b', id, { input: shop })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'shared' }],
    });
    expect((await dashboards.get('usr_a', id)).shared).toBe(true);
    await dashboards.remove('usr_b', id);
    await expect(dashboards.get('usr_a', id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('who is late does not overwrite what somebody else has changed meanwhile', async () => {
    const dashboards = await make();
    const seen = await dashboards.create('usr_a', { ...shop, shared: true });
    const first = { input: { ...shop, shared: true, description: 'first' }, basedOn: seen.updatedAt };
    // The clock stands still: two versions of one millisecond are told apart, too.
    const changed = await dashboards.update('usr_b', seen.id, first);
    await expect(
      dashboards.update('usr_a', seen.id, { ...first, input: { ...first.input, description: 'late' } }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await dashboards.get('usr_a', seen.id)).description).toBe('first');
    const again = { input: { ...first.input, description: 'again' }, basedOn: changed.updatedAt };
    expect((await dashboards.update('usr_a', seen.id, again)).description).toBe('again');
  });

  test('of many changes at once that saw the same, one is made', async () => {
    const dashboards = await make();
    const { id, updatedAt } = await dashboards.create('usr_a', shop);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, number) =>
        dashboards.update('usr_a', id, {
          input: { ...shop, description: `change ${number}` },
          basedOn: updatedAt,
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('those that come with Custos are there for everybody, and are copied and not changed', async () => {
    const dashboards = await make();
    const builtIn = (await dashboards.list('usr_a')).filter(({ origin }) => origin === 'built-in');
    expect(builtIn.map(({ id }) => id).sort()).toEqual(['host', 'http-service', 'postgresql', 'process']);
    const { name, description, shared, variables, panels } = await dashboards.get('usr_a', 'host');
    const copy = { name, description, shared, variables, panels };
    await expect(dashboards.update('usr_a', 'host', { input: copy })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(dashboards.remove('usr_a', 'host')).rejects.toMatchObject({ code: 'conflict' });
    expect(await dashboards.create('usr_a', copy)).toMatchObject({ ...copy, own: true });
  });

  test('names are unique for one owner and not among owners', async () => {
    const dashboards = await make();
    await dashboards.create('usr_a', shop);
    await dashboards.create('usr_b', shop);
    const other = await dashboards.create('usr_a', { ...shop, name: 'Other' });
    const taken = { code: 'conflict', fields: [{ field: 'name' }] };
    await expect(dashboards.create('usr_a', shop)).rejects.toMatchObject(taken);
    await expect(dashboards.update('usr_a', other.id, { input: shop })).rejects.toMatchObject(taken);
    expect((await dashboards.get('usr_a', other.id)).name).toBe('Other');
  });

  test('of many that are made at once exactly as many are kept as there may be', async () => {
    const dashboards = await make();
    for (let number = 0; number < dashboardLimit - 3; number += 1)
      await dashboards.create('usr_a', input({ name: `Board ${number}` }));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, number) => dashboards.create('usr_a', input({ name: `Late ${number}` }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await madeBy(dashboards, 'usr_a')).toHaveLength(dashboardLimit);
  });

  test('what does not fit is refused by field and nothing is kept', async () => {
    const dashboards = await make();
    const refuse = async (change: z.input<typeof dashboardInput>, field: string): Promise<void> =>
      expect(dashboards.create('usr_a', input(change))).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field }],
      });
    await refuse({ name: 'x', panels: [{ ...panel, x: 8 }] }, 'panels.0.width');
    await refuse({ name: 'x', panels: [panel, panel] }, 'panels.1.id');
    await refuse({ name: 'x', panels: [{ ...panel, min: 2, max: 1 }] }, 'panels.0.max');
    const variable = { name: 'job', source: { values: ['a'] } };
    await refuse({ name: 'x', variables: [variable, variable] }, 'variables.1.name');
    const heavy = { ...panel, text: 'é'.repeat(5_000) };
    await refuse(
      { name: 'x', panels: Array.from({ length: 60 }, (_, at) => ({ ...heavy, id: `p${at}` })) },
      'panels',
    );
    await refuse({ name: '\ud800' }, 'name');
    expect(await madeBy(dashboards, 'usr_a')).toEqual([]);
  });
});
