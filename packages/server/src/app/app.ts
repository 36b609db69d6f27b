import { createLogger, type Logger } from '../base/logger.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { CustosError } from '../base/errors.ts';
import type { RoutesTable } from '../http/routes-table.ts';
import { lockDirectory } from '../storage/state/sqlite.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { applyDefinitions } from './definitions.ts';
import { createLifecycle } from './lifecycle.ts';
import type { Options } from './options.ts';
import { openStores } from './stores.ts';
import { wire, type Wired } from './wiring.ts';

export interface AppRequest {
  readonly options: Options;
  readonly version: string;
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** The whole program, made and not started. */
export interface App {
  start(): Promise<void>;
  /** Stops in reverse, finishing what is in flight within the deadline. Safe to call twice. */
  stop(): Promise<void>;
  /** Where it listens, once started. */
  address(): string;
  /** The link that creates the first account; null when there is one. */
  setupLink(): Promise<string | null>;
  readonly routes: RoutesTable;
  /** The parts, for tests and tools that drive the program from inside. */
  readonly parts: Wired;
}

/**
 * Opens the stores and joins the domains. Raises what opening raises, such as `schema_too_new`,
 * `secret_key_wrong`, `data_directory_in_use` or `data_directory_unusable`, with everything that was opened closed again.
 */
export async function createApp(request: AppRequest): Promise<App> {
  const { options, version, clock = systemClock } = request;
  const log = request.log ?? createLogger(options.log.level);
  prepareDataDirectory(options.dataPath);
  const release = lockDirectory(options.dataPath);
  if (release === undefined) {
    throw new CustosError(
      'data_directory_in_use',
      `Another Custos uses the data directory ${options.dataPath}. Stop it, or give this one its own.`,
      { status: 500 },
    );
  }

  let wired: Wired;
  const stores = await openStores(options, { clock, log }).catch((error: unknown) => {
    release();
    throw error;
  });
  const closeStores = async (): Promise<void> => {
    await stores.state.close();
    release();
  };
  try {
    wired = await wire({ options, version, clock, log, stores });
  } catch (error) {
    await closeStores();
    throw error;
  }

  let address = '';
  const lifecycle = createLifecycle(
    [
      { name: 'stores', stop: closeStores },
      ...wired.parts,
      { name: 'definitions', start: () => applyDefinitions(options, wired) },
      ...wired.workers,
      {
        name: 'http',
        start: async () => {
          address = await wired.server.listen({ host: options.listenHost, port: options.listenPort });
        },
        stop: (deadlineMs) => wired.server.stop(deadlineMs),
      },
    ],
    { clock, log, deadlineMs: options.stopDeadlineSeconds * 1000 },
  );

  return {
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    address: () => address,
    async setupLink() {
      const origin = wired.settings.get().publicUrl ?? address;
      return (await wired.access.setupLink(origin)) ?? null;
    },
    routes: wired.server.routes,
    parts: wired,
  };
}
