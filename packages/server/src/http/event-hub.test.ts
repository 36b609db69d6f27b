import { setTimeout as delay } from 'node:timers/promises';
import type { Permission, StreamEvent, StreamEventType } from '@custos/contract';
import { permissionNames } from '@custos/contract';
import { expect, test } from 'vitest';
import { identityOf } from '../../test/http-server.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { createManualClock, systemClock } from '../base/clock.ts';
import { createEventHub, heartbeatMs, type EventHubOptions, type LiveEvents } from './event-hub.ts';
import type { NodeBroadcast } from './types.ts';

const changed = (resource: string, id: string | null = null): StreamEvent => ({
  type: 'changed',
  data: { resource, id },
});
const result = (probeId: string, at = 0): StreamEvent => ({
  type: 'probe.result',
  data: { probeId, at, status: 'up', latencyMs: 12, message: 'ok' },
});
const alert = (id: string, description = ''): StreamEvent => ({
  type: 'alert',
  data: {
    id,
    ruleId: 'rul_1',
    ruleName: 'down',
    state: 'firing',
    severity: 'high',
    labels: {},
    summary: 's',
    description,
    probeId: null,
    serviceId: null,
    value: null,
    threshold: null,
    flapping: false,
    startedAt: 0,
    firedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    delivery: null,
  },
});

interface Watching {
  /** Everything that was written. */
  text(): string;
  /** `type id` of each event, in order. */
  events(): string[];
  lastId(): string;
  ended(): 'open' | 'ended' | 'destroyed';
  writes: number;
  /** How much the other side leaves unread. */
  unread: number;
  leave(): void;
}

function watch(
  hub: LiveEvents,
  options: {
    user?: string;
    permissions?: readonly Permission[];
    types?: readonly StreamEventType[];
    last?: string | null;
  } = {},
): Watching {
  let text = '';
  let ended: 'open' | 'ended' | 'destroyed' = 'open';
  const watching: Watching = {
    text: () => text,
    events: () =>
      [...text.matchAll(/event: (\S+)\ndata: (.*)\n/g)].map(([, type, data]) => {
        const { id, probeId } = JSON.parse(data ?? '{}') as { id?: string; probeId?: string };
        return `${type} ${id ?? probeId ?? ''}`.trim();
      }),
    lastId: () => [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '',
    ended: () => ended,
    writes: 0,
    unread: 0,
    leave: () => undefined,
  };
  watching.leave = hub.watch({
    address: '192.0.2.1',
    identity: identityOf(options.user ?? 'ada', options.permissions ?? permissionNames),
    types: options.types === undefined ? null : new Set(options.types),
    lastEventId: options.last ?? null,
    sink: {
      write(chunk) {
        text += chunk.toString();
        watching.writes += 1;
      },
      unread: () => watching.unread,
      end: () => (ended = 'ended'),
      destroy: () => (ended = 'destroyed'),
    },
  });
  return watching;
}

function hubOnManualClock(options: Partial<EventHubOptions> = {}) {
  const clock = createManualClock();
  return { clock, hub: createEventHub({ broadcast: null, clock, node: 'a', ...options }) };
}

test('an event reaches everybody who watches, encoded for the wire', async () => {
  const { clock, hub } = hubOnManualClock();
  const [one, two] = [watch(hub), watch(hub, { user: 'bob' })];
  hub.publish(result('prb_1', Date.UTC(2026, 10, 21)));
  await clock.advance(60);
  expect(one.text()).toContain('"at":"2026-11-21T00:00:00.000Z"');
  expect(two.events()).toEqual(['probe.result prb_1']);
});

test('events of one moment leave in one write per watcher', async () => {
  const { clock, hub } = hubOnManualClock();
  const one = watch(hub);
  const before = one.writes;
  for (let number = 0; number < 100; number += 1) hub.publish(result(`prb_${number}`));
  await clock.advance(60);
  expect(one.writes - before).toBe(1);
  expect(one.events()).toHaveLength(100);
});

test('personal data in events is masked for those who may not see it, live and after a return', async () => {
  const { clock, hub } = hubOnManualClock();
  const permissions: Permission[] = ['dashboard.read', 'alert.read'];
  const viewer = watch(hub, { permissions });
  const seer = watch(hub, { user: 'bob', permissions: [...permissions, 'pii.read'] });
  const onCall = watch(hub, { user: 'cal', permissions: [...permissions, 'alert.acknowledge'] });
  const taken = alert('alr_1');
  hub.publish({ ...taken, data: { ...taken.data, acknowledgedBy: 'Ada Lovelace' } } as StreamEvent);
  await clock.advance(60);
  const returned = watch(hub, { permissions, last: viewer.lastId().replace(/\d+$/, '0') });
  for (const { text } of [viewer, returned]) {
    expect(text()).toContain('"acknowledgedBy":"A*** L***"');
    expect(text()).not.toContain('Lovelace');
  }
  for (const { text } of [seer, onCall]) expect(text()).toContain('"acknowledgedBy":"Ada Lovelace"');
  for (const { events } of [viewer, returned, seer, onCall]) expect(events()).toEqual(['alert alr_1']);
});

test('everybody gets only what they may read', async () => {
  const { clock, hub } = hubOnManualClock();
  const viewer = watch(hub, { permissions: ['dashboard.read'] });
  const onCall = watch(hub, { user: 'bob', permissions: ['dashboard.read', 'alert.read'] });
  hub.publish(result('prb_1'));
  hub.publish(alert('alr_1'));
  hub.publish(changed('channels', 'chn_1'));
  hub.publish(changed('users', 'usr_1'));
  hub.publish(changed('probes', 'prb_2'));
  await clock.advance(60);
  expect(viewer.events()).toEqual(['probe.result prb_1', 'changed prb_2']);
  expect(onCall.events()).toEqual(['probe.result prb_1', 'alert alr_1', 'changed prb_2']);
  expect(viewer.text()).not.toContain('alr_1');
});

test('a filter of types holds', async () => {
  const { clock, hub } = hubOnManualClock();
  const one = watch(hub, { types: ['alert'] });
  hub.publish(result('prb_1'));
  hub.publish(alert('alr_1'));
  await clock.advance(60);
  expect(one.events()).toEqual(['alert alr_1']);
});

test('who comes back gets what was missed, once and in order', async () => {
  const { clock, hub } = hubOnManualClock();
  const first = watch(hub);
  hub.publish(changed('probes', 'p1'));
  await clock.advance(60);
  first.leave();
  hub.publish(changed('probes', 'p2'));
  hub.publish(changed('probes', 'p3'));
  const second = watch(hub, { last: first.lastId() });
  hub.publish(changed('probes', 'p4'));
  await clock.advance(60);
  expect(second.events()).toEqual(['changed p2', 'changed p3', 'changed p4']);
});

test('who was away for too long, or comes from another start, is told to look again', async () => {
  const { clock, hub } = hubOnManualClock({ keep: 3 });
  const first = watch(hub);
  const old = first.lastId();
  for (const id of ['p1', 'p2', 'p3', 'p4']) hub.publish(changed('probes', id));
  for (const last of [old, 'elsewhere-3', 'noise', `${old}0000`, `${old}x`]) {
    const back = watch(hub, { last });
    expect(back.events(), last).toEqual(['reset']);
    expect(back.lastId()).toBe(`${old.split('-')[0]}-4`);
  }
  await clock.advance(60);
  expect(first.events()).toEqual(['reset']);
});

test('quiet streams show that they live, and keep an id to come back with', async () => {
  const { clock, hub } = hubOnManualClock();
  const one = watch(hub, { types: ['alert'] });
  for (let number = 0; number < 5; number += 1) hub.publish(result(`prb_${number}`));
  await clock.advance(heartbeatMs + 60);
  expect(one.text()).toContain(': alive\n');
  expect(one.lastId()).toMatch(/-5$/);
  expect(one.events()).toEqual([]);
});

test('a stream ends after its lifetime, so that lost rights act', async () => {
  const { clock, hub } = hubOnManualClock({ lifetimeMs: 60_000 });
  const one = watch(hub);
  await clock.advance(59_000);
  expect(one.ended()).toBe('open');
  await clock.advance(16_000);
  expect(one.ended()).toBe('ended');
  expect(hub.watchers).toBe(0);
});

test('a watcher that does not keep up is cut off and the others are not', async () => {
  const { clock, hub } = hubOnManualClock({ unreadBytes: 1000 });
  const [slow, quick] = [watch(hub), watch(hub, { user: 'bob' })];
  slow.unread = 1001;
  hub.publish(changed('probes', 'p1'));
  await clock.advance(60);
  expect([slow.ended(), quick.ended()]).toEqual(['destroyed', 'open']);
  hub.publish(changed('probes', 'p2'));
  await clock.advance(60);
  expect(quick.events()).toHaveLength(2);
  expect(hub.watchers).toBe(1);
});

test('one user, and all together, have a limit of open streams', async () => {
  const { hub } = hubOnManualClock({ streamsPerIdentity: 2, streams: 3 });
  const first = watch(hub);
  watch(hub);
  expect(() => watch(hub)).toThrow(expect.objectContaining({ code: 'rate_limited', status: 429 }));
  watch(hub, { user: 'bob' });
  expect(() => watch(hub, { user: 'eve' })).toThrow(expect.objectContaining({ code: 'overloaded' }));
  first.leave();
  expect(watch(hub).ended()).toBe('open');
});

test('streams of a signed-out user end at once', async () => {
  const { hub } = hubOnManualClock();
  const [ada, bob] = [watch(hub), watch(hub, { user: 'bob' })];
  hub.disconnect(({ userId }) => userId === 'ada');
  expect([ada.ended(), bob.ended()]).toEqual(['ended', 'open']);
});

test('an event that does not fit its schema is dropped and the others go on', async () => {
  const { clock, hub } = hubOnManualClock();
  const one = watch(hub);
  hub.publish({ type: 'probe.result', data: { probeId: 7 } } as never);
  hub.publish(changed('probes', 'p1'));
  await clock.advance(60);
  expect(one.events()).toEqual(['changed p1']);
});

test('a thousand results of a moment become few messages, the last of each probe', async () => {
  const clock = createManualClock();
  const messages: string[] = [];
  const broadcast: NodeBroadcast = {
    publish: async (_topic, payload) => void messages.push(payload),
    subscribe: () => () => undefined,
  };
  const hub = createEventHub({ broadcast, clock, node: 'a' });
  for (let at = 0; at < 2; at += 1) {
    for (let number = 0; number < 1000; number += 1) hub.publish(result(`prb_${number}`, at));
  }
  await clock.advance(150);
  expect(messages.length).toBeLessThan(40);
  for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(7_000);
  const events = messages.flatMap(
    (message) => (JSON.parse(message) as { events: { data: { probeId: string; at: string } }[] }).events,
  );
  expect(new Set(events.map(({ data }) => data.probeId)).size).toBe(1000);
  expect(events).toHaveLength(1000);
  expect(events.every(({ data }) => data.at.endsWith('.001Z'))).toBe(true);
});

test('what is too large for a message goes as a hint, and a lost message becomes a reset', async () => {
  const clock = createManualClock();
  const messages: string[] = [];
  let away = false;
  const broadcast: NodeBroadcast = {
    publish: async (_topic, payload) => {
      if (away) throw new Error('connection lost');
      messages.push(payload);
    },
    subscribe: () => () => undefined,
  };
  const hub = createEventHub({ broadcast, clock, node: 'a' });
  const typesOf = (message: string | undefined) =>
    (JSON.parse(message ?? '{"events":[]}') as { events: { type: string; data: object }[] }).events;
  hub.publish(alert('alr_large', 'é'.repeat(4000)));
  await clock.advance(150);
  expect(typesOf(messages.at(-1))).toEqual([
    { type: 'changed', data: { resource: 'alerts', id: 'alr_large' } },
  ]);
  away = true;
  hub.publish(changed('probes', 'lost'));
  await clock.advance(150);
  away = false;
  hub.publish({ type: 'probe.result', data: { probeId: 7 } } as never);
  hub.publish(changed('probes', 'p2'));
  await clock.advance(150);
  expect(typesOf(messages.at(-1)).map(({ type }) => type)).toEqual(['reset', 'changed']);
});

test('noise from other nodes does no harm', async () => {
  const { clock } = hubOnManualClock();
  let receive: (payload: string) => void = () => undefined;
  const broadcast: NodeBroadcast = {
    publish: async () => undefined,
    subscribe: (_topic, handler) => {
      receive = handler;
      return () => undefined;
    },
  };
  const hub = createEventHub({ broadcast, clock, node: 'b' });
  const one = watch(hub);
  for (const payload of ['', '{}', 'null', '{"node":"x","events":[{"type":"toString","data":{}}]}'])
    receive(payload);
  receive('{"node":"x","events":[{"type":"changed","data":{"resource":"probes","id":"p1"}}]}');
  await clock.advance(60);
  expect(one.events()).toEqual(['changed p1']);
});

describeOnBothStores('events between nodes', (open) => {
  test('an event of one node reaches the watchers of another, and its own only once', async () => {
    const { broadcast } = await open();
    const [here, there] = ['a', 'b'].map((node) => createEventHub({ broadcast, clock: systemClock, node }));
    if (here === undefined || there === undefined) throw new Error('unreachable');
    const [own, other] = [watch(here), watch(there)];
    const until = Date.now() + 10_000;
    let published = 0;
    // A listener may still be connecting, and messages before that are lost by design.
    while (other.events().length === 0 && Date.now() < until) {
      here.publish(changed('probes', `p${(published += 1)}`));
      await delay(200);
    }
    await delay(300);
    expect(other.events().at(-1)).toBe(`changed p${published}`);
    expect(own.events()).toEqual(Array.from({ length: published }, (_, index) => `changed p${index + 1}`));
    here.close();
    there.close();
    expect([own.ended(), other.ended()]).toEqual(['ended', 'ended']);
  });
});

test('whoever has lost the right to watch is cut off within 15 seconds, though nobody announced it', async () => {
  const clock = createManualClock();
  const now = new Map<string, readonly Permission[] | undefined>([
    ['ada', ['dashboard.read', 'alert.read']],
    ['bob', ['dashboard.read', 'alert.read']],
    ['cal', ['dashboard.read', 'alert.read']],
  ]);
  const asked: string[] = [];
  const hub = createEventHub({
    broadcast: null,
    clock,
    node: 'a',
    recheck: async ({ userId }, address) => {
      asked.push(`${userId} from ${address}`);
      const permissions = now.get(userId);
      return permissions === undefined ? undefined : identityOf(userId, permissions);
    },
  });
  const watchAs = (user: string) => watch(hub, { user, permissions: ['dashboard.read', 'alert.read'] });
  const [ada, adaToo, bob, cal] = [watchAs('ada'), watchAs('ada'), watchAs('bob'), watchAs('cal')];
  await clock.advance(heartbeatMs);
  // Two streams of one session are one look-up.
  expect(asked.toSorted()).toEqual(['ada from 192.0.2.1', 'bob from 192.0.2.1', 'cal from 192.0.2.1']);
  now.set('ada', undefined);
  now.set('bob', ['dashboard.read']);
  now.set('cal', ['dashboard.read', 'alert.read', 'probe.run']);
  await clock.advance(heartbeatMs - 1);
  expect([ada, adaToo, bob, cal].map((one) => one.ended())).toEqual(['open', 'open', 'open', 'open']);
  await clock.advance(1);
  expect([ada, adaToo, bob, cal].map((one) => one.ended())).toEqual(['ended', 'ended', 'ended', 'open']);
  hub.close();
});

test('while rights cannot be looked up, streams go on for a minute and no longer', async () => {
  const clock = createManualClock();
  let hangs = false;
  const hub = createEventHub({
    broadcast: null,
    clock,
    node: 'a',
    recheck: () => (hangs ? new Promise(() => undefined) : Promise.reject(new Error('State is away'))),
  });
  for (const way of ['refuses', 'hangs']) {
    hangs = way === 'hangs';
    const one = watch(hub);
    await clock.advance(3 * heartbeatMs);
    expect(one.ended(), way).toBe('open');
    await clock.advance(heartbeatMs);
    expect(one.ended(), way).toBe('ended');
  }
  hub.close();
});
