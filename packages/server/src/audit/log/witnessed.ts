import type { Clock } from '../../base/clock.ts';
import { witnessesMissing } from './errors.ts';
import { cosignersOf, reachesQuorum, type TrustPolicy } from './formats/policy.ts';
import { parseNote } from './formats/signed-note.ts';
import type { Ledger, PublishedCheckpoint } from './ledger-types.ts';

/** Waiting for the acknowledgement level `witnessed`. */
export interface WitnessWait {
  /**
   * Resolves once a public checkpoint that has the entry carries the policy's quorum of cosignatures.
   * Raises `witnesses_missing` after `timeoutMs`; the entry is durable all the same.
   */
  whenWitnessed(place: { readonly log: string; readonly index: number }, timeoutMs: number): Promise<void>;
  close(): void;
}

interface Waiter {
  readonly index: number;
  resolve(): void;
}

/** Watches a ledger's checkpoints on behalf of everybody who waits; each is verified once. */
export function createWitnessWait(parts: {
  readonly ledger: Ledger;
  readonly policy: TrustPolicy;
  readonly clock: Clock;
}): WitnessWait {
  const { ledger, policy, clock } = parts;
  /** Size that the quorum has signed, by log and origin; a resumed log begins anew. */
  const witnessed = new Map<string, number>();
  const waiters = new Map<string, Set<Waiter>>();
  const keyOf = (log: string): string => `${log} ${ledger.reader(log).origin()}`;

  const look = ({
    log,
    origin,
    size,
    note,
  }: Pick<PublishedCheckpoint, 'log' | 'origin' | 'size' | 'note'>) => {
    const key = `${log} ${origin}`;
    if (size <= (witnessed.get(key) ?? 0)) return;
    if (!reachesQuorum(policy, cosignersOf(parseNote(note), policy))) return;
    witnessed.set(key, size);
    const own = waiters.get(log) ?? new Set();
    for (const waiter of own) {
      if (waiter.index >= size) continue;
      own.delete(waiter);
      waiter.resolve();
    }
  };
  const stops = [ledger.onCheckpoint(look), ledger.onCosigned(look)];

  const missing = (log: string): string[] => {
    const note = ledger.reader(log).checkpoint();
    const heard = note === null ? new Set() : cosignersOf(parseNote(note), policy);
    return [...policy.witnesses.keys()].filter((name) => !heard.has(name));
  };

  return {
    async whenWitnessed({ log, index }, timeoutMs) {
      const note = ledger.reader(log).checkpoint();
      if (note !== null) {
        const size = Number(note.split('\n')[1]);
        look({ log, origin: ledger.reader(log).origin(), size, note });
      }
      if (index < (witnessed.get(keyOf(log)) ?? 0)) return;
      const own = waiters.get(log) ?? new Set<Waiter>();
      waiters.set(log, own);
      const done = new AbortController();
      let isWitnessed = false;
      const waiter: Waiter = {
        index,
        resolve() {
          isWitnessed = true;
          done.abort();
        },
      };
      own.add(waiter);
      await clock.sleep(timeoutMs, done.signal);
      own.delete(waiter);
      if (!isWitnessed) throw witnessesMissing({ log, index }, missing(log), timeoutMs);
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}
