import type { Clock } from '../../base/clock.ts';
import { notFound } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Vault } from '../vault/service.ts';
import { badDestination } from './errors.ts';
import { receivedAt } from './outgoing.ts';
import { sendUntilStopped } from './sender.ts';
import * as store from './store.ts';
import type {
  EgressDefinition,
  EgressLeases,
  EgressLogStatus,
  EgressSource,
  EgressStatus,
  RecordDisclosure,
} from './types.ts';

export interface EgressOptions {
  readonly state: store.EgressState;
  readonly ledger: EgressSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: Pick<Vault, 'disclose'>;
  /** Puts each disclosure on record before it leaves. */
  readonly record: RecordDisclosure;
  readonly leases: EgressLeases;
  readonly definitions: readonly EgressDefinition[];
}

/** Sends what the logs hold to destinations, at least once, in order. */
export interface Egress {
  start(): void;
  /** Ends what is on its way; it is repeated after the next start. */
  stop(): Promise<void>;
  status(): Promise<readonly EgressStatus[]>;
  /** The first entry of a log that some destination still needs; null when none does. */
  needs(log: string): Promise<number | null>;
  /** Sets a cursor by hand, to send again or to go on after a restore. Raises `not_found`, `invalid_input`. */
  rewind(place: store.CursorPlace, next: number): Promise<void>;
}

/** Checks the definitions; raises `invalid_input` that names the first one at fault. */
function checkDefinitions(definitions: readonly EgressDefinition[], ledger: EgressSource): void {
  const known = new Set<string>();
  for (const [place, { name, logs, disclose }] of definitions.entries()) {
    const at = `egress.${place}`;
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
      throw badDestination(`${at}.name`, 'must be small letters, digits and dashes, at most 63');
    }
    if (known.has(name)) throw badDestination(`${at}.name`, 'must be that of no other destination');
    known.add(name);
    for (const log of logs ?? []) {
      if (!ledger.names().includes(log)) {
        throw badDestination(`${at}.logs`, `must be among ${ledger.names().join(', ')}; "${log}" is not`);
      }
    }
    if (logs?.length === 0) throw badDestination(`${at}.logs`, 'must name a log, or be left out for all');
    if (disclose !== undefined && disclose !== 'all' && disclose.length === 0) {
      throw badDestination(`${at}.disclose`, 'must name a field, or be left out for none');
    }
  }
}

export function createEgress(options: EgressOptions): Egress {
  const { state, ledger, clock, leases, definitions } = options;
  checkDefinitions(definitions, ledger);
  const running = new Map<string, { readonly stopped: AbortController; readonly done: Promise<void> }>();
  let holds: { stop(): Promise<void> }[] = [];

  const logsOf = ({ logs }: EgressDefinition): readonly string[] => logs ?? ledger.names();

  async function halt(name: string): Promise<void> {
    const work = running.get(name);
    work?.stopped.abort();
    await work?.done;
    if (running.get(name) === work) running.delete(name);
  }

  async function lagOf(log: string, next: number): Promise<number> {
    const reader = ledger.reader(log);
    if (next >= reader.head().size) return 0;
    const at = receivedAt(await reader.entry(Math.max(next, reader.minimumIndex())));
    return at === undefined ? 0 : Math.max(0, clock.now() - at);
  }

  async function statusOf(log: string, cursor: store.Cursor | undefined): Promise<EgressLogStatus> {
    const reader = ledger.reader(log);
    const { size } = reader.head();
    const next = cursor?.next ?? reader.minimumIndex();
    return {
      log,
      next,
      size,
      behind: Math.max(0, size - next),
      // Best effort: what is shown must not fail because an entry was pruned a moment ago.
      lagMs: await lagOf(log, next).catch(() => 0),
      skipped: cursor?.skipped ?? 0,
      failures: cursor?.failures ?? 0,
      lastSentAt: cursor?.lastSentAt ?? null,
      lastError: cursor?.lastError ?? null,
    };
  }

  return {
    start() {
      holds = definitions.map((definition) => {
        const { name } = definition;
        return leases.hold(`audit-egress/${name}`, {
          onGained(lease) {
            const stopped = new AbortController();
            const signal = AbortSignal.any([lease.signal, stopped.signal]);
            const done = sendUntilStopped({
              ...options,
              definition,
              signal,
              fenced: (tx) => lease.fenced(tx),
            });
            running.set(name, { stopped, done });
          },
          onLost: () => halt(name),
        });
      });
    },

    async stop() {
      await Promise.all(holds.map((hold) => hold.stop()));
      await Promise.all(definitions.map(({ name }) => halt(name)));
      holds = [];
    },

    async status() {
      const cursors = await store.listCursors(state.read);
      return Promise.all(
        definitions.map(async (definition) => ({
          destination: definition.name,
          kind: definition.destination.kind,
          sending: running.has(definition.name),
          logs: await Promise.all(
            logsOf(definition).map((log) =>
              statusOf(
                log,
                cursors.find((cursor) => cursor.destination === definition.name && cursor.log === log),
              ),
            ),
          ),
        })),
      );
    },

    async needs(log) {
      const cursors = await store.listCursors(state.read);
      const places = definitions
        .filter((definition) => logsOf(definition).includes(log))
        .map((definition) => {
          const cursor = cursors.find((one) => one.destination === definition.name && one.log === log);
          // One that has not begun yet needs everything, unless it begins with what comes.
          if (cursor !== undefined) return cursor.next;
          return definition.from === 'now' ? Infinity : 0;
        });
      const lowest = Math.min(Infinity, ...places);
      return lowest === Infinity ? null : lowest;
    },

    async rewind(place, next) {
      const { destination, log } = place;
      const definition = definitions.find(({ name }) => name === destination);
      if (definition === undefined || !logsOf(definition).includes(log)) {
        throw notFound('cursor', `${destination}/${log}`);
      }
      const { size } = ledger.reader(log).head();
      if (!Number.isSafeInteger(next) || next < 0 || next > size) {
        throw badDestination('next', `must be a whole number from 0 to ${size}, the size of the log`);
      }
      await state.transaction(async (tx) => {
        await store.addCursor(tx, place, next);
        await store.changeCursor(tx, place, { next, sendingTo: null, failures: 0, lastError: null });
      });
    },
  };
}
