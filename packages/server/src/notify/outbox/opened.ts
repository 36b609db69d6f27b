import { messageOf } from '../../base/errors.ts';
import { openFields } from '../../storage/secrets/fields.ts';
import type { Secrets } from '../../storage/secrets/types.ts';
import type { StateDb } from '../../storage/state/state.ts';
import { channelKinds } from '../kinds.ts';
import { parseOptions, secretValues, type Values } from '../options.ts';
import { redactor } from '../redact.ts';
import type { ChannelTable } from '../tables.ts';
import type { ChannelPorts, OpenChannel } from '../types.ts';
import { storedOptions } from '../views.ts';

/** The owner of a channel's secrets in the sealed store. */
export const secretOwner = (channelId: string): string => `channel/${channelId}`;

/** Full options of a saved channel, with secrets; for sending and merging, never for showing. */
export function fullOptions(row: ChannelTable, secrets: Secrets, db?: StateDb): Promise<Values> {
  const { secretFields } = channelKinds[row.kind];
  return openFields(secrets, {
    owner: secretOwner(row.id),
    record: storedOptions(row),
    fields: secretFields,
    ...(db === undefined ? {} : { db }),
  });
}

/** A channel that can send, and what takes its secrets out of texts. */
export interface Ready {
  readonly channel: OpenChannel;
  readonly redact: (text: string) => string;
}

/** Opens a channel from full options. */
export function openChannel(kindName: ChannelTable['kind'], values: Values, ports: ChannelPorts): Ready {
  const kind = channelKinds[kindName];
  const options = parseOptions(kind, values);
  return { channel: kind.open(options, ports), redact: redactor(secretValues(kind, options)) };
}

interface Entry {
  readonly version: number;
  readonly ready: Promise<Ready>;
}

export interface OpenChannels {
  /** The channel ready to send, opened again when it was changed. Raises what opening raises. */
  get(row: ChannelTable): Promise<Ready>;
  /** Closes what is not among `ids` any more. */
  keepOnly(ids: ReadonlySet<string>): void;
  closeAll(): void;
}

/** Keeps channels open between sends, for the sake of their connections. */
export function createOpenChannels(secrets: Secrets, ports: ChannelPorts): OpenChannels {
  const entries = new Map<string, Entry>();

  function close(id: string): void {
    const entry = entries.get(id);
    entries.delete(id);
    entry?.ready.then(
      ({ channel }) => channel.close(),
      () => undefined,
    );
  }

  return {
    get(row) {
      const known = entries.get(row.id);
      if (known?.version === row.version) return known.ready;
      close(row.id);
      const ready = fullOptions(row, secrets).then((values) => openChannel(row.kind, values, ports));
      entries.set(row.id, { version: row.version, ready });
      // What failed is tried again by the next send, since a key or a schema may have been put right.
      ready.catch((error: unknown) => {
        ports.log.warn({ channelId: row.id, error: messageOf(error) }, 'a channel could not be opened');
        if (entries.get(row.id)?.ready === ready) entries.delete(row.id);
      });
      return ready;
    },
    keepOnly(ids) {
      for (const id of entries.keys()) if (!ids.has(id)) close(id);
    },
    closeAll() {
      for (const id of entries.keys()) close(id);
    },
  };
}
