import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import { savedSearchLimit } from '../../storage/saved-searches/service.ts';
import { createSavedSearches, type SavedSearches } from './service.ts';

describeOnBothStores('saved searches', (open) => {
  const clock = createManualClock();
  const make = async (): Promise<SavedSearches> => createSavedSearches({ state: await open(), clock });
  const refunds = {
    name: 'Refunds',
    shared: false,
    filter: { action: 'order.refund', details: [{ path: 'currency', value: 'EUR' }] },
  };

  test('a search comes back as it was saved, to its owner and, once shared, to others', async () => {
    const searches = await make();
    const saved = await searches.create('usr_a', { ...refunds, name: '  Refunds ' });
    expect(saved).toMatchObject({ ...refunds, owner: 'usr_a' });
    expect(await searches.get('usr_a', saved.id)).toEqual(saved);
    expect(await searches.list('usr_b')).toEqual([]);
    await expect(searches.get('usr_b', saved.id)).rejects.toMatchObject({ code: 'not_found' });

    await clock.advance(1_000);
    const shared = await searches.update('usr_a', saved.id, { shared: true });
    expect(shared).toEqual({ ...saved, shared: true, updatedAt: saved.createdAt + 1_000 });
    await searches.create('usr_b', { ...refunds, name: 'Alpha' });
    expect((await searches.list('usr_b')).map(({ name }) => name)).toEqual(['Alpha', 'Refunds']);
    expect((await searches.list('usr_a')).map(({ name }) => name)).toEqual(['Refunds']);
    expect(await searches.get('usr_b', saved.id)).toEqual(shared);
  });

  test('nobody changes or removes the search of somebody else, shared or not', async () => {
    const searches = await make();
    const { id } = await searches.create('usr_a', { ...refunds, shared: true });
    await expect(searches.update('usr_b', id, { name: 'Mine' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(searches.remove('usr_b', id)).rejects.toMatchObject({ code: 'not_found' });
    await searches.remove('usr_a', id);
    await expect(searches.remove('usr_a', id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('names are unique for one owner and not among owners', async () => {
    const searches = await make();
    await searches.create('usr_a', refunds);
    const other = await searches.create('usr_a', { ...refunds, name: 'Other' });
    await searches.create('usr_b', refunds);
    await expect(searches.create('usr_a', refunds)).rejects.toMatchObject({ code: 'conflict', status: 409 });
    await expect(searches.update('usr_a', other.id, { name: 'Refunds' })).rejects.toMatchObject({
      code: 'conflict',
      fields: [{ field: 'name' }],
    });
    expect((await searches.get('usr_a', other.id)).name).toBe('Other');
  });

  test('of many that are saved at once exactly as many are kept as there may be', async () => {
    const searches = await make();
    for (let number = 0; number < savedSearchLimit - 5; number += 1)
      await searches.create('usr_a', { ...refunds, name: `Search ${number}` });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, number) =>
        searches.create('usr_a', { ...refunds, name: `Late ${number}` }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(5);
    expect((await searches.list('usr_a')).length).toBe(savedSearchLimit);
    const first = (await searches.list('usr_a'))[0]?.id ?? '';
    await searches.remove('usr_a', first);
    await searches.create('usr_a', { ...refunds, name: 'In its place' });
    expect(await searches.removeAllOf('usr_a')).toBe(savedSearchLimit);
    expect(await searches.list('usr_a')).toEqual([]);
  });

  test('a name or filter that does not fit is refused by field and nothing is kept', async () => {
    const searches = await make();
    const refuse = async (input: Partial<typeof refunds>, field: string): Promise<void> =>
      expect(searches.create('usr_a', { ...refunds, ...input })).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field }],
      });
    await refuse({ name: '   ' }, 'name');
    await refuse({ name: 'x'.repeat(101) }, 'name');
    await refuse({ name: 'a\u0000b' }, 'name');
    await refuse({ filter: { ...refunds.filter, action: 'é'.repeat(9_000) } }, 'filter');
    expect(await searches.list('usr_a')).toEqual([]);
  });
});
