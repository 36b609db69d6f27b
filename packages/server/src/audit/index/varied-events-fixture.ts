import { hash } from 'node:crypto';
import { encodeLeaf } from '../events/leaf.ts';
import { dice } from './dice-fixture.ts';
import type { IndexedLedger, IndexedLog } from './types.ts';
import { builtInOutcomes, type VariedKind, variedKinds } from './varied-kinds-fixture.ts';

/**
 * A ledger of events that are as varied as those of a shop, made anew from their numbers whenever they are
 * read: millions of them need no room, and always come out the same. For tests and benchmarks of the index.
 */
export interface VariedLedger extends IndexedLedger {
  grow(log: string, size: number): void;
  prune(log: string, minimumIndex: number): void;
}

export interface VariedOptions {
  /** Events in each log. */
  readonly logs: Readonly<Record<string, number>>;
  /** When the first was received, ms. */
  readonly start?: number;
  /** From one event to the next, ms; logs run beside each other. */
  readonly stepMs?: number;
}

/** The leaf of an event, of some 300 to 900 bytes; the same for the same log and number. */
export function variedLeaf(log: string, number: number, receivedTime: number): Buffer {
  const name = Buffer.from(log).reduce((sum, byte) => Math.imul(sum, 31) + byte, 7);
  const seed = Math.imul(number + 1, 0x9e3779b1) ^ name;
  const roll = dice(seed);
  const kind: VariedKind = roll.pick(variedKinds);
  const outcome = roll.next() < 0.9 ? 'succeeded' : roll.pick(builtInOutcomes);
  const received = new Date(receivedTime).toISOString();
  const actor = `usr_${roll.skewed(50_000).toString(36).padStart(4, '0')}`;
  const envelope = {
    id: `aud_${roll.hex(26)}`,
    time: new Date(receivedTime - Math.floor(roll.next() * 900)).toISOString(),
    receivedTime: received,
    type: kind.type,
    action: roll.pick(kind.actions),
    outcome,
    severity: outcome === 'succeeded' ? 'info' : roll.pick(['low', 'medium', 'high']),
    source: roll.pick(['shop-api', 'admin', 'payments', 'mobile-gateway', 'batch/settlement', 'crm']),
    actor: { type: roll.next() < 0.9 ? 'user' : 'service', id: actor },
    target: { type: kind.target, id: `${kind.prefix}_${roll.hex(12)}` },
    ...(roll.next() < 0.7 ? { tenant: `ten_${roll.skewed(200)}` } : {}),
    ...(roll.next() < 0.8 ? { requestId: `req_${roll.hex(20)}` } : {}),
    ...(roll.next() < 0.5 ? { traceId: roll.hex(32) } : {}),
  };
  const sealed = roll.next() < 0.6 ? 1 + Math.floor(roll.next() * 2) : 0;
  const digests = Array.from({ length: sealed }, (_, place) =>
    hash('sha256', `${seed}/${place}`, 'base64url'),
  );
  return Buffer.from(encodeLeaf({ envelope, details: JSON.stringify(kind.details(roll)), digests }));
}

const hashBytes = 32;
const day = 86_400_000;

/** Makes such a ledger. Event `n` of a log was received at `start + n * stepMs`. */
export function createVariedLedger(options: VariedOptions): VariedLedger {
  const { start = 1_767_225_600_000 - 30 * day, stepMs = 1_000 } = options;
  const logs = new Map(Object.entries(options.logs).map(([log, size]) => [log, { size, minimumIndex: 0 }]));
  const stateOf = (log: string): { size: number; minimumIndex: number } => {
    const state = logs.get(log);
    if (state === undefined) throw new Error(`There is no log ${log}.`);
    return state;
  };
  const entry = (log: string, index: number): Buffer => variedLeaf(log, index, start + index * stepMs);

  const reader = (log: string): IndexedLog => ({
    minimumIndex: () => stateOf(log).minimumIndex,
    head: () => ({ size: stateOf(log).size, root: Buffer.alloc(hashBytes) }),
    entries: async (from, to) => Array.from({ length: to - from }, (_, place) => entry(log, from + place)),
    leafHashes: async (from, to) =>
      Buffer.concat(
        Array.from({ length: to - from }, (_, place) =>
          hash('sha256', Buffer.concat([Buffer.of(0), entry(log, from + place)]), 'buffer'),
        ),
      ),
  });
  return {
    names: () => [...logs.keys()],
    reader,
    grow: (log, size) => void (stateOf(log).size = size),
    prune: (log, minimumIndex) => void (stateOf(log).minimumIndex = minimumIndex),
  };
}
