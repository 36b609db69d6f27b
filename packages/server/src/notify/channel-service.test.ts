import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { builtInChannelId } from './configured-channels.ts';
import type { NotifyTables } from './tables.ts';
import { channelOf, createWorld, firing, send, startReceiver, until } from './test/world.ts';

const url = 'https://hooks.example.com/custos';

describeOnBothStores('channels', (open) => {
  test('secrets are write-only: shown as set, kept through changes, removed by null', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    const made = await notify.channels.create(
      channelOf('webhook', { url, secret: 'a-secret-of-some-length', authorization: 'Bearer tttt' }),
    );
    expect(made.options).toEqual({
      url,
      headers: {},
      secret: { secret: true },
      authorization: { secret: true },
    });

    const renamed = await notify.channels.update(made.id, {
      name: 'hooks',
      options: { url: `${url}/2`, secret: { secret: true } },
    });
    expect(renamed.options).toEqual({
      url: `${url}/2`,
      headers: {},
      secret: { secret: true },
      authorization: { secret: true },
    });
    const without = await notify.channels.update(made.id, { options: { authorization: null } });
    expect(without.options).toEqual({ url: `${url}/2`, headers: {}, secret: { secret: true } });

    const rows = await state.read.withTables<NotifyTables>().selectFrom('channel').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('a-secret-of-some-length');
  });

  test('a changed secret signs the next message, and the old one no more', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    await notify.start();
    const receiver = await startReceiver();
    const made = await notify.channels.create(
      channelOf('webhook', { url: receiver.url, secret: 'the-first-secret-of-two' }),
    );
    await notify.channels.test(made.id);
    await notify.channels.update(made.id, { options: { secret: null } });
    await send(state, notify, [firing('alr_1')]);
    await until(() => receiver.received.length === 2);
    expect(receiver.received.map(({ headers }) => headers['custos-signature'] !== undefined)).toEqual([
      true,
      false,
    ]);
    await notify.stop(1000);
    await receiver.close();
  });

  test('bad input is refused by field and leaves nothing behind', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    const faults = async (work: Promise<unknown>) =>
      work.then(
        () => [],
        (error: { fields?: { field: string }[] }) => error.fields?.map(({ field }) => field),
      );
    const { create } = notify.channels;
    expect(await faults(create(channelOf('webhook', {})))).toEqual(['options.url']);
    expect(await faults(create(channelOf('webhook', { url, colour: 'red' })))).toEqual(['options.colour']);
    expect(await faults(create(channelOf('webhook', { url: 'ftp://a.example' })))).toEqual(['options.url']);
    expect(await faults(create(channelOf('webhook', { url: 'https://u:p@a.example' })))).toEqual([
      'options.url',
    ]);
    expect(await faults(create(channelOf('webhook', { url, secret: 'short' })))).toEqual(['options.secret']);
    expect(await faults(create(channelOf('telegram', { botToken: 'x', chatId: 'y z' })))).toEqual([
      'options.botToken',
      'options.chatId',
    ]);
    expect(await faults(create(channelOf('log', {}, { fallbackChannelId: 'chn_none' })))).toEqual([
      'fallbackChannelId',
    ]);
    expect(await notify.channels.list()).toEqual([]);

    await create(channelOf('log', {}));
    await expect(create(channelOf('log', {}))).rejects.toMatchObject({
      code: 'conflict',
      fields: [{ field: 'name' }],
    });
    await expect(notify.channels.update('chn_none', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  test('fallbacks cannot go round in a circle', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    const make = (name: string, fallbackChannelId: string | null) =>
      notify.channels.create(channelOf('log', {}, { name, fallbackChannelId }));
    const one = await make('one', null);
    const two = await make('two', one.id);
    const three = await make('three', two.id);
    for (const id of [one.id, two.id, three.id]) {
      await expect(notify.channels.update(one.id, { fallbackChannelId: id })).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field: 'fallbackChannelId' }],
      });
    }
    expect((await notify.channels.get(one.id)).fallbackChannelId).toBeNull();
  });

  test('the dashboard channel is there from the start, can be changed and not deleted', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    await notify.start();
    expect((await notify.channels.get(builtInChannelId)).origin).toBe('built-in');
    await notify.channels.update(builtInChannelId, { minimumSeverity: 'high' });
    await expect(notify.channels.remove(builtInChannelId)).rejects.toMatchObject({ code: 'conflict' });
    await notify.stop(100);
    const again = await createWorld(state);
    await again.notify.start();
    expect((await again.notify.channels.get(builtInChannelId)).minimumSeverity).toBe('high');
    await again.notify.stop(100);
  });

  test('the configuration file adds, changes and removes its channels, which nobody else can change', async () => {
    const state = await open();
    const { notify } = await createWorld(state);
    const mine = await notify.channels.create(channelOf('log', {}, { name: 'mine' }));
    const { fallbackChannelId: _none, ...hook } = channelOf(
      'webhook',
      { url, secret: 'a-secret-of-some-length' },
      { name: 'hook' },
    );
    const { fallbackChannelId: _too, ...logs } = channelOf('log', {}, { name: 'logs' });
    await notify.channels.applyConfiguration([
      { ...hook, fallback: 'logs' },
      { ...logs, fallback: 'mine' },
    ]);
    const find = async (name: string) => (await notify.channels.list()).find((each) => each.name === name);
    const first = await find('hook');
    expect(first).toMatchObject({ origin: 'configuration', fallbackChannelId: (await find('logs'))?.id });
    expect((await find('logs'))?.fallbackChannelId).toBe(mine.id);
    await expect(notify.channels.update(first?.id ?? '', { enabled: false })).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });
    await expect(notify.channels.remove(first?.id ?? '')).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });

    await notify.channels.applyConfiguration([
      { ...hook, fallback: 'logs' },
      { ...logs, fallback: 'mine' },
    ]);
    expect(await find('hook')).toEqual(first);
    await expect(notify.channels.applyConfiguration([{ ...hook, fallback: 'nobody' }])).rejects.toMatchObject(
      { fields: [{ field: 'channels.0.fallback' }] },
    );
    await expect(
      notify.channels.applyConfiguration([
        { ...hook, fallback: null },
        { ...logs, name: 'mine' },
      ]),
    ).rejects.toMatchObject({ fields: [{ field: 'channels.1.name' }] });
    await expect(
      notify.channels.applyConfiguration([{ ...hook, options: { url: 'nonsense' } }]),
    ).rejects.toMatchObject({ fields: [{ field: 'channels.0.options.url' }] });
    expect(await find('logs')).toBeDefined();

    await notify.channels.applyConfiguration([]);
    expect((await notify.channels.list()).filter(({ origin }) => origin === 'configuration')).toEqual([]);
    expect(await find('mine')).toBeDefined();
  });

  test('every kind describes its options for forms, with secrets marked', async () => {
    const { notify } = await createWorld(await open());
    const kinds = notify.channels.kinds();
    expect(kinds.map(({ kind }) => kind).toSorted()).toEqual([
      'console',
      'dashboard',
      'email',
      'log',
      'slack',
      'telegram',
      'webhook',
    ]);
    const mail = kinds.find(({ kind }) => kind === 'email')?.schema as { properties: Record<string, object> };
    expect(mail.properties['password']).toMatchObject({ title: 'Password', secret: true });
    expect(mail.properties['host']).toMatchObject({ placeholder: 'smtp.example.com' });
  });
});
