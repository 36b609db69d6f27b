import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { conflict, invalidInput } from '../base/errors.ts';
import type { Outbound } from '../outbound/types.ts';
import { isUniqueViolation, type State, type StateTx } from '../storage/state/state.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import {
  checkSettings,
  nameTaken,
  settingColumns,
  withPrefix,
  type ConfiguredChannel,
} from './channel-input.ts';
import { blankChannel, checkOptions, removeChannel, seal } from './channel-service.ts';
import { channelKinds } from './kinds.ts';
import type { Values } from './options.ts';
import { fullOptions } from './outbox/opened.ts';
import { insertChannel, insertChannelIfAbsent, lockChannels, updateChannel } from './store.ts';
import type { ChannelTable, NotificationTable } from './tables.ts';

/** The channel that every installation has, so that the dashboard shows alerts from the first minute. */
export const builtInChannelId = 'chn_dashboard';

/** Adds the built-in channel unless it is there; what people changed about it stays. */
export async function ensureBuiltIn(tx: StateTx, now: number): Promise<void> {
  const row: ChannelTable = {
    ...blankChannel({ id: builtInChannelId, kind: 'dashboard', now }),
    name: 'Dashboard',
    origin: 'built-in',
  };
  await insertChannelIfAbsent(tx, row);
}

/** The id of a channel of the configuration file follows from its name, so it is the same on every node. */
function configuredId(name: string): string {
  return `chn_${createHash('sha256').update(`configuration\0${name}`).digest('hex').slice(0, 26)}`;
}

interface World {
  readonly state: State;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly outbound: Outbound;
}

/**
 * Makes the channels of origin `configuration` those that are given: adds, changes and deletes, in one
 * transaction. Returns the notifications that a deletion moved or ended.
 *
 * Raises `invalid_input` or `conflict` naming `channels.N.field`; nothing is changed then.
 */
export async function applyConfiguredChannels(
  wanted: readonly ConfiguredChannel[],
  { state, clock, secrets, outbound }: World,
): Promise<NotificationTable[]> {
  const now = clock.now();
  const ids = new Map<string, string>();
  for (const [index, { name }] of wanted.entries()) {
    if (ids.has(name)) throw nameTaken(name, `channels.${index}.name`);
    ids.set(name, configuredId(name));
  }
  const parsed = wanted.map((channel, index) =>
    at(index, () => checkOptions(channel.kind, channel.options, outbound)),
  );

  return state
    .transaction(async (tx) => {
      await ensureBuiltIn(tx, now);
      const channels = await lockChannels(tx, state.dialect);
      const byName = new Map([...channels.values()].map((row) => [row.name, row]));
      const withdrawn: NotificationTable[] = [];

      // Rows first and fallbacks after them, because they may refer to each other in any order.
      for (const [index, channel] of wanted.entries()) {
        const id = ids.get(channel.name) ?? '';
        const taken = byName.get(channel.name);
        if (taken !== undefined && taken.id !== id) throw nameTaken(channel.name, `channels.${index}.name`);
        const values = parsed[index] ?? {};
        channels.set(id, await save(tx, { id, channel, values }));
      }
      for (const [index, channel] of wanted.entries()) {
        const row = channels.get(ids.get(channel.name) ?? '');
        if (row === undefined) continue;
        const fallback = channel.fallback ?? null;
        const fallbackChannelId =
          fallback === null ? null : (ids.get(fallback) ?? byName.get(fallback)?.id ?? null);
        if (fallback !== null && fallbackChannelId === null) {
          const message = `must be the name of a channel; there is no "${fallback}"`;
          throw invalidInput([{ field: `channels.${index}.fallback`, message }]);
        }
        if (row.fallback_channel_id === fallbackChannelId) continue;
        const linked = { ...row, fallback_channel_id: fallbackChannelId };
        channels.set(row.id, linked);
        await updateChannel(tx, linked);
      }
      for (const [index, channel] of wanted.entries()) {
        const fallbackChannelId = channels.get(ids.get(channel.name) ?? '')?.fallback_channel_id ?? null;
        const id = ids.get(channel.name) ?? '';
        at(index, () => checkSettings(id, { ...channel, fallbackChannelId }, channels));
      }
      const gone = [...channels.values()].filter(
        (row) => row.origin === 'configuration' && ids.get(row.name) !== row.id,
      );
      // Those that others rely on go last; whoever still relies on one afterwards must be told.
      for (const row of byReliance(gone)) {
        withdrawn.push(...(await removeChannel(tx, row, { channels, secrets, now })));
        channels.delete(row.id);
      }
      return withdrawn;

      async function save(
        inner: StateTx,
        { id, channel, values }: { id: string; channel: ConfiguredChannel; values: Values },
      ): Promise<ChannelTable> {
        const kind = channelKinds[channel.kind];
        const present = channels.get(id);
        const fallbackChannelId = present?.fallback_channel_id ?? null;
        const settings = settingColumns({ ...channel, fallbackChannelId });
        const base = present ?? {
          ...blankChannel({ id, kind: channel.kind, now }),
          origin: 'configuration' as const,
        };
        const same =
          present !== undefined &&
          present.kind === channel.kind &&
          (Object.keys(settings) as (keyof typeof settings)[]).every(
            (key) => present[key] === settings[key],
          ) &&
          sameValues(await fullOptions(present, secrets, inner), values);
        if (same) return present;
        const row: ChannelTable = {
          ...base,
          ...settings,
          kind: channel.kind,
          options: await seal(inner, id, { kind, values, secrets }),
          version: present === undefined ? 1 : present.version + 1,
          updated_at: now,
        };
        await (present === undefined ? insertChannel(inner, row) : updateChannel(inner, row));
        return row;
      }
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? conflict('A channel of this name was made at the same time.') : error;
    });
}

function at<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPrefix(error, `channels.${index}`);
  }
}

/** Equal as they would be stored: what is undefined is absent. */
function sameValues(left: Values, right: Values): boolean {
  const order = (values: Values): string =>
    JSON.stringify(Object.entries(values).toSorted(([one], [two]) => (one < two ? -1 : 1)));
  const defined = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));
  return order(defined(left)) === order(defined(right));
}

/** Channels with a fallback before the fallback itself. */
function byReliance(rows: readonly ChannelTable[]): ChannelTable[] {
  const rest = [...rows];
  const ordered: ChannelTable[] = [];
  while (rest.length > 0) {
    const index = rest.findIndex((row) => !rest.some((other) => other.fallback_channel_id === row.id));
    ordered.push(...rest.splice(Math.max(0, index), 1));
  }
  return ordered;
}
