import type { ChannelInput } from '@custos/contract';
import { CustosError, conflict, invalidInput } from '../base/errors.ts';
import { fallbackCircle } from './fallback.ts';
import type { ChannelTable } from './tables.ts';

/** Everything about a channel that is no option. */
export type ChannelSettings = Pick<
  ChannelInput,
  'name' | 'enabled' | 'isDefault' | 'minimumSeverity' | 'sendResolved' | 'fallbackChannelId'
>;

/** What a channel written in the configuration file says; its fallback is named, for ids are not known there. */
export type ConfiguredChannel = Omit<ChannelInput, 'fallbackChannelId'> & {
  readonly fallback?: string | null;
};

/** Columns of the settings. */
export function settingColumns(settings: ChannelSettings) {
  return {
    name: settings.name,
    enabled: settings.enabled ? 1 : 0,
    is_default: settings.isDefault ? 1 : 0,
    minimum_severity: settings.minimumSeverity,
    send_resolved: settings.sendResolved ? 1 : 0,
    fallback_channel_id: settings.fallbackChannelId,
  };
}

/** Refuses a name that another channel has, and a fallback that is missing, itself or leads back. */
export function checkSettings(
  id: string,
  settings: ChannelSettings,
  channels: ReadonlyMap<string, ChannelTable>,
): void {
  for (const other of channels.values()) {
    if (other.id !== id && other.name === settings.name) throw nameTaken(settings.name);
  }
  const { fallbackChannelId } = settings;
  if (fallbackChannelId === null) return;
  const field = 'fallbackChannelId';
  if (fallbackChannelId === id) {
    throw invalidInput([{ field, message: 'must be another channel than this one' }]);
  }
  if (!channels.has(fallbackChannelId)) {
    throw invalidInput([
      { field, message: `must be the id of a channel; there is no "${fallbackChannelId}"` },
    ]);
  }
  const links = new Map([...channels].map(([key, row]) => [key, row.fallback_channel_id]));
  links.set(id, fallbackChannelId);
  if (fallbackCircle(id, links)) {
    throw invalidInput([{ field, message: 'must not lead back to this channel through other fallbacks' }]);
  }
}

export function nameTaken(name: string, field = 'name'): CustosError {
  return conflict(`There is already a channel named "${name}".`, [
    { field, message: 'must differ from the names of the other channels' },
  ]);
}

/** Puts a path in front of the fields of an error, such as `channels.2`. */
export function withPrefix(error: unknown, prefix: string): unknown {
  if (!(error instanceof CustosError) || error.fields.length === 0) return error;
  const fields = error.fields.map(({ field, message }) => ({ field: `${prefix}.${field}`, message }));
  return new CustosError(error.code, error.message, { status: error.status, fields, cause: error });
}
