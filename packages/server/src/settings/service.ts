import { settings as settingsSchema, type Settings } from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { invalidInput, messageOf, readOnly } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import { readSettings, writeSetting } from './store.ts';
import type { FixedSettings } from './types.ts';

export interface SettingsOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the configuration file fixes. */
  readonly fixed: FixedSettings;
  /** Raises `invalid_input` for hosts and ranges that are none. */
  checkInternalTargets(targets: readonly string[]): void;
}

const topic = 'settings';
const defaults: Settings = {
  publicUrl: null,
  installationName: 'Custos',
  timeZone: 'UTC',
  internalTargets: [],
};

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Creates the settings of the installation. The present ones are held in memory, since every message and
 * every outbound call asks for them; a change reaches every node at once.
 */
export function createSettings({ state, clock, log, fixed, checkInternalTargets }: SettingsOptions) {
  const listeners = new Set<(settings: Settings) => void>();
  let current: Settings = defaults;
  let unsubscribe: () => void = () => undefined;

  async function load(): Promise<void> {
    const stored = settingsSchema.partial().safeParse(await readSettings(state.read));
    const written = Object.entries(fixed).filter(([, value]) => value !== undefined);
    current = {
      ...defaults,
      ...(stored.success ? stored.data : {}),
      ...Object.fromEntries(written),
    } as Settings;
    for (const listener of listeners) listener(current);
  }

  return {
    async start(): Promise<void> {
      await load();
      unsubscribe = state.broadcast.subscribe(topic, () => {
        load().catch((error: unknown) =>
          log.error({ error: messageOf(error) }, 'settings could not be read'),
        );
      });
    },
    stop(): void {
      unsubscribe();
    },

    get: (): Settings => current,

    /** Calls `listener` with the settings after each change; not for the present ones. */
    onChange(listener: (settings: Settings) => void): void {
      listeners.add(listener);
    },

    async update(patch: {
      readonly [Field in keyof Settings]?: Settings[Field] | undefined;
    }): Promise<Settings> {
      for (const name of Object.keys(patch)) {
        if (fixed[name as keyof Settings] !== undefined) throw readOnly(`setting (${name})`);
      }
      if (patch.timeZone !== undefined && !isTimeZone(patch.timeZone)) {
        throw invalidInput([
          { field: 'timeZone', message: 'must be an IANA time zone such as Europe/Berlin' },
        ]);
      }
      if (patch.internalTargets !== undefined) checkInternalTargets(patch.internalTargets);
      const now = clock.now();
      await state.transaction(async (tx) => {
        for (const [name, value] of Object.entries(patch)) {
          if (value !== undefined) await writeSetting(tx, name, { value, now });
        }
      });
      await load();
      await state.broadcast.publish(topic, '');
      return current;
    },
  };
}

export type SettingsService = ReturnType<typeof createSettings>;
