import type { IngestDoor, RefusalReason, TelemetrySignal } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { CustosError, messageOf } from '../../base/errors.ts';
import type { Acceptance, IngestTally, Refusal, Source } from '../types.ts';
import { createAllowance } from './allowance.ts';
import { plainBody, type ContentEncoding } from './body.ts';
import { DoorError, tooLarge, unreadable } from './errors.ts';
import { defaultIngestLimits, type IngestLimits } from './limits.ts';

export interface DoorOptions {
  readonly tally: IngestTally;
  readonly clock: Clock;
  /** What one sender may bring; `defaultIngestLimits` where something is left out. */
  readonly limits?: Partial<IngestLimits>;
}

/** What a door looks at of a request. */
export interface Visit {
  readonly identity: {
    readonly userId: string;
    readonly name: string;
    readonly tokenId: string | null;
    readonly tokenName?: string;
  } | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What one request brings: how much it was and what became of it. */
export interface Brought {
  readonly acceptance: Acceptance;
  /** After decompression. */
  readonly bytes: number;
}

export interface Door {
  readonly limits: IngestLimits;
  sourceOf(visit: Visit, signal: TelemetrySignal): Source;
  /**
   * Takes the body of a request out of its encoding, after looking at what its sender may bring. Raises
   * `DoorError`.
   */
  open(
    visit: Visit,
    body: Buffer,
    options: { readonly taken: readonly ContentEncoding[]; readonly encoding?: string },
  ): Promise<Buffer>;
  /** Counts what a request brought, and what of it was refused. */
  count(visit: Visit, source: Source, brought: Brought): void;
  /** Counts a request that was refused as a whole, and says how. Raises again what no sender is to blame for. */
  refuse(source: Source, error: unknown): DoorError;
}

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

/** Codes of what may be raised on the way to the spool, and by the server's body reader. */
const codes: Readonly<Record<string, { readonly reason: RefusalReason; readonly status: number }>> = {
  spool_full: { reason: 'spool_full', status: 503 },
  spool_failed: { reason: 'spool_full', status: 503 },
  columns_unavailable: { reason: 'spool_full', status: 503 },
  row_too_large: { reason: 'too_large', status: 413 },
};

/** What all doors over HTTP share: who sends, what they may bring, how bodies are unpacked, what is counted. */
export function createDoor(name: IngestDoor, options: DoorOptions): Door {
  const { tally, clock } = options;
  const limits: IngestLimits = { ...defaultIngestLimits, ...options.limits };
  const allowance = createAllowance(clock, limits);
  const senderOf = ({ identity }: Visit): string => identity?.tokenId ?? identity?.userId ?? '';

  return {
    limits,
    sourceOf: ({ identity }, signal) => ({
      door: name,
      signal,
      name: identity?.tokenName ?? identity?.name ?? 'unknown',
    }),

    async open(visit, body, { taken, encoding }) {
      const sender = senderOf(visit);
      allowance.check(sender);
      // What it costs to unpack and read is charged whatever comes of it: a bomb is not free.
      let bytes = limits.expandedBytes;
      try {
        const plain = await plainBody(body, {
          encoding: encoding ?? headerText(visit.headers['content-encoding']),
          taken,
          limitBytes: limits.expandedBytes,
        });
        bytes = plain.length;
        return plain;
      } catch (error) {
        if (!(error instanceof DoorError && error.reason === 'too_large')) bytes = body.length;
        throw error;
      } finally {
        allowance.charge(sender, { items: 0, bytes });
      }
    },

    count(visit, source, { acceptance, bytes }) {
      const refused = acceptance.refusals.reduce((total, { count }) => total + count, 0);
      allowance.charge(senderOf(visit), { items: acceptance.accepted + refused, bytes: 0 });
      tally.accepted(source, acceptance.accepted, bytes);
      tally.refused(source, acceptance.refusals);
    },

    refuse(source, error) {
      const refusal = asDoorError(error, limits);
      if (refusal === undefined) throw error;
      tally.refused(source, [{ reason: refusal.reason, message: refusal.message, count: 1 }]);
      return refusal;
    },
  };
}

function asDoorError(error: unknown, limits: IngestLimits): DoorError | undefined {
  if (error instanceof DoorError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return tooLarge(`The body is larger than ${limits.bodyBytes} bytes.`);
  }
  if (typeof code !== 'string') return undefined;
  // Cut off on its way, or longer than it said.
  if (code.startsWith('FST_ERR_CTP_')) return unreadable(messageOf(error));
  const known = codes[code];
  if (known === undefined || !(error instanceof CustosError)) return undefined;
  return new DoorError(known.reason, error.message, {
    code: error.code,
    status: known.status,
    cause: error,
    ...(known.status === 503 ? { retryAfterSeconds: error.retryAfterSeconds ?? 10 } : {}),
  });
}

/** Gathers what is left out of a batch, one entry for each reason with the first message. */
export function createRefusals(): { add(refusal: Refusal): void; list(): Refusal[] } {
  const byReason = new Map<RefusalReason, Refusal>();
  return {
    add({ reason, message, count }) {
      const known = byReason.get(reason);
      byReason.set(reason, {
        reason,
        message: known?.message ?? message,
        count: (known?.count ?? 0) + count,
      });
    },
    list: () => [...byReason.values()],
  };
}
