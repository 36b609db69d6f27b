import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import { createSettings } from './service.ts';
import type { FixedSettings } from './types.ts';

async function start(state: State, fixed: FixedSettings = {}) {
  const checkInternalTargets = () => undefined;
  const settings = createSettings({
    state,
    clock: systemClock,
    log: silentLogger,
    fixed,
    checkInternalTargets,
  });
  await settings.start();
  return settings;
}

describeOnBothStores('settings', (open) => {
  test('a change is kept and reaches the other nodes', async () => {
    const state = await open();
    const [one, two] = [await start(state), await start(state)];
    // PostgreSQL's notifications begin when its listening connection stands; the change is repeated until then.
    await expect
      .poll(async () => {
        await one.update({ installationName: 'Lottery' });
        return two.get().installationName;
      })
      .toBe('Lottery');
    expect((await start(state)).get().installationName).toBe('Lottery');
  });

  test('what the file fixes wins and is refused here', async () => {
    const settings = await start(await open(), { publicUrl: 'https://custos.example.com' });
    expect(settings.get().publicUrl).toBe('https://custos.example.com');
    await expect(settings.update({ publicUrl: null })).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });
  });

  test('a time zone that does not exist is refused by its field', async () => {
    const settings = await start(await open());
    await expect(settings.update({ timeZone: 'Mars/Base' })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'timeZone' }],
    });
    expect(settings.get().timeZone).toBe('UTC');
  });
});
