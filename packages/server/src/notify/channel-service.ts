import type { ChannelInput, ChannelPatch, ChannelView, KindDescription } from '@custos/contract';
import { messageOf, CustosError, conflict, invalidInput, notFound, readOnly } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import { removeFields, sealFields } from '../storage/secrets/fields.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import type { Outbound } from '../outbound/types.ts';
import { isUniqueViolation, type State, type StateTx } from '../storage/state/state.ts';
import { checkSettings, nameTaken, settingColumns, type ChannelSettings } from './channel-input.ts';
import { channelKinds, describeKinds } from './kinds.ts';
import { mergeOptions, parseOptions, withAbsentSecrets, type Values } from './options.ts';
import { withdrawPending } from './outbox/hand-over.ts';
import { fullOptions, secretOwner } from './outbox/opened.ts';
import { deleteChannel, insertChannel, loadChannels, lockChannels, updateChannel } from './store.ts';
import type { ChannelTable, NotificationTable } from './tables.ts';
import { channelView } from './views.ts';

export interface ChannelServiceOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly outbound: Outbound;
  /** Told of notifications that a change ended or moved, after the commit. */
  readonly onWithdrawn: (rows: readonly NotificationTable[]) => void;
  /** Told after every change of a channel. */
  readonly onChanged: (id: string | null) => void;
}

export interface ChannelService {
  kinds(): KindDescription[];
  list(): Promise<ChannelView[]>;
  get(id: string): Promise<ChannelView>;
  create(input: ChannelInput): Promise<ChannelView>;
  update(id: string, patch: ChannelPatch): Promise<ChannelView>;
  /** Deletes a channel. What it still had to send goes to its fallback, or is cancelled, on record. */
  remove(id: string): Promise<void>;
}

/** Parses options and checks the addresses among them against the outbound policy. */
export function checkOptions(kindName: ChannelInput['kind'], values: Values, outbound: Outbound): Values {
  const kind = channelKinds[kindName];
  const parsed = parseOptions(kind, values);
  for (const field of kind.urlFields) {
    const url = parsed[field];
    if (typeof url !== 'string') continue;
    try {
      outbound.checkUrl(url);
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      throw invalidInput([{ field: `options.${field}`, message: messageOf(error) }]);
    }
  }
  return parsed;
}

/** Channels as people manage them: made, changed and deleted, with sealed secrets. */
export function createChannelService(options: ChannelServiceOptions): ChannelService {
  const { state, clock, secrets, outbound, onWithdrawn, onChanged } = options;

  const find = (channels: ReadonlyMap<string, ChannelTable>, id: string): ChannelTable => {
    const row = channels.get(id);
    if (row === undefined) throw notFound('channel', id);
    return row;
  };

  const refuseConfigured = (row: ChannelTable): void => {
    if (row.origin === 'configuration') throw readOnly('channel');
  };

  /** Runs a change under the lock on channels; two changes that took one name at once are told apart. */
  async function change<T>(
    name: string,
    work: (tx: StateTx, channels: Map<string, ChannelTable>) => Promise<T>,
  ) {
    try {
      return await state.transaction(async (tx) => work(tx, await lockChannels(tx, state.dialect)));
    } catch (error) {
      if (isUniqueViolation(error)) throw nameTaken(name);
      throw error;
    }
  }

  return {
    kinds: describeKinds,

    async list() {
      return [...(await loadChannels(state.read)).values()].map(channelView);
    },

    async get(id) {
      return channelView(find(await loadChannels(state.read), id));
    },

    async create(input) {
      const now = clock.now();
      const id = newId('chn', now);
      const kind = channelKinds[input.kind];
      const values = checkOptions(input.kind, mergeOptions({}, input.options), outbound);
      const row = await change(input.name, async (tx, channels) => {
        checkSettings(id, input, channels);
        const made = {
          ...blankChannel({ id, kind: input.kind, now }),
          ...settingColumns(input),
          options: await seal(tx, id, { kind, values, secrets }),
        };
        await insertChannel(tx, made);
        return made;
      });
      onChanged(id);
      return channelView(row);
    },

    async update(id, patch) {
      const now = clock.now();
      const { row, withdrawn } = await change(patch.name ?? '', async (tx, channels) => {
        const present = find(channels, id);
        refuseConfigured(present);
        const view = channelView(present);
        const settings: ChannelSettings = {
          name: patch.name ?? view.name,
          enabled: patch.enabled ?? view.enabled,
          isDefault: patch.isDefault ?? view.isDefault,
          minimumSeverity: patch.minimumSeverity ?? view.minimumSeverity,
          sendResolved: patch.sendResolved ?? view.sendResolved,
          fallbackChannelId:
            patch.fallbackChannelId === undefined ? view.fallbackChannelId : patch.fallbackChannelId,
        };
        checkSettings(id, settings, channels);
        const kind = channelKinds[present.kind];
        let stored = present.options;
        if (patch.options !== undefined) {
          const merged = mergeOptions(await fullOptions(present, secrets, tx), patch.options);
          const values = checkOptions(present.kind, merged, outbound);
          stored = await seal(tx, id, { kind, values, secrets });
        }
        const changed: ChannelTable = {
          ...present,
          ...settingColumns(settings),
          options: stored,
          version: present.version + 1,
          updated_at: now,
        };
        await updateChannel(tx, changed);
        channels.set(id, changed);
        const stopped = present.enabled === 1 && changed.enabled === 0;
        const reason = 'The channel was disabled before this was delivered.';
        return {
          row: changed,
          withdrawn: stopped ? await withdrawPending(tx, id, { channels, now, reason }) : [],
        };
      });
      onWithdrawn(withdrawn);
      onChanged(id);
      return channelView(row);
    },

    async remove(id) {
      const withdrawn = await change('', async (tx, channels) => {
        const row = find(channels, id);
        refuseConfigured(row);
        if (row.origin === 'built-in') {
          throw conflict('This channel is part of Custos and cannot be deleted; disable it instead.');
        }
        return removeChannel(tx, row, { channels, secrets, now: clock.now() });
      });
      onWithdrawn(withdrawn);
      onChanged(id);
    },
  };
}

/** A channel's row before its settings are laid over it. */
export function blankChannel(of: { id: string; kind: ChannelTable['kind']; now: number }): ChannelTable {
  return {
    id: of.id,
    name: of.kind,
    kind: of.kind,
    options: '{}',
    enabled: 1,
    is_default: 1,
    minimum_severity: 'info',
    send_resolved: 1,
    fallback_channel_id: null,
    origin: 'dashboard',
    version: 1,
    created_at: of.now,
    updated_at: of.now,
    last_delivered_at: null,
    last_error: null,
  };
}

/** Seals the secrets of parsed options and returns what may be stored. */
export async function seal(
  tx: StateTx,
  id: string,
  { kind, values, secrets }: { kind: (typeof channelKinds)['email']; values: Values; secrets: Secrets },
): Promise<string> {
  const record = withAbsentSecrets(kind, values);
  return JSON.stringify(
    await sealFields(secrets, { owner: secretOwner(id), record, fields: kind.secretFields, tx }),
  );
}

/** Deletes a channel with its secrets. Raises `conflict` while it is the fallback of another. */
export async function removeChannel(
  tx: StateTx,
  row: ChannelTable,
  world: { channels: ReadonlyMap<string, ChannelTable>; secrets: Secrets; now: number },
): Promise<NotificationTable[]> {
  const relying = [...world.channels.values()].filter((other) => other.fallback_channel_id === row.id);
  if (relying.length > 0) {
    const names = relying.map((other) => `"${other.name}"`).join(', ');
    throw conflict(`This channel is the fallback of ${names}; give them another one first.`);
  }
  const reason = 'The channel was deleted before this was delivered.';
  const withdrawn = await withdrawPending(tx, row.id, { ...world, reason });
  const { secretFields } = channelKinds[row.kind];
  await removeFields(world.secrets, { owner: secretOwner(row.id), fields: secretFields, tx });
  await deleteChannel(tx, row.id);
  return withdrawn;
}
