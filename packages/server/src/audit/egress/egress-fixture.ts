import { createManualClock, systemClock, type Clock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { EventInput } from '../events/envelope.ts';
import { encodeLeaf } from '../events/leaf.ts';
import { testOptions } from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { oneNodeLeases } from './one-node.ts';
import { createEgress, type Egress, type EgressOptions } from './service.ts';
import type { EgressDefinition } from './types.ts';

/** What tests of egress and retention share. */

/** The leaf of a small event; its details say which one it is. */
export function eventLeaf(
  number: number,
  at: number,
  more: { readonly digests?: readonly string[]; readonly details?: string } = {},
): Uint8Array {
  const time = new Date(at).toISOString();
  return encodeLeaf({
    envelope: {
      id: `evt-${number}`,
      time,
      receivedTime: time,
      type: 'application.act',
      action: 'order.place',
      outcome: 'succeeded',
      severity: 'low',
      source: 'shop',
      actor: { type: 'user', id: `usr_${number % 7}` },
    },
    details: more.details ?? `{"number":${number}}`,
    digests: more.digests ?? [],
  });
}

export async function fill(
  ledger: Ledger,
  log: string,
  { from, to, at = 1_767_225_600_000 }: { readonly from: number; readonly to: number; readonly at?: number },
): Promise<void> {
  const leaves = Array.from({ length: to - from }, (_, place) => eventLeaf(from + place, at + from + place));
  await ledger.appendMany(log, leaves);
}

export function openTestLedger(directory: string, clock: Clock = createManualClock()): Promise<Ledger> {
  return openLedger(testOptions(directory, clock));
}

/** Egress with one destination on one node; what is disclosed goes to `recorded`. */
export function egressTo(
  world: { readonly state: EgressOptions['state']; readonly ledger: Ledger; readonly clock?: Clock },
  definition: EgressDefinition,
  more: Partial<EgressOptions> = {},
): Egress & { readonly recorded: EventInput[] } {
  const recorded: EventInput[] = [];
  const egress = createEgress({
    clock: systemClock,
    log: silentLogger,
    vault: { disclose: () => Promise.resolve(new Map()) },
    record: (event) => {
      recorded.push(event);
      return Promise.resolve();
    },
    leases: oneNodeLeases(),
    ...world,
    definitions: [definition],
    ...more,
  });
  return { ...egress, recorded };
}
