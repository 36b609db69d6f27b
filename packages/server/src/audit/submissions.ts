import { invalidInput, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Acknowledgement } from './events/acknowledgement.ts';
import type { Intake, IntakeContext } from './events/intake.ts';
import type { AcceptedEvent, EventResult } from './events/results.ts';
import type { Json } from './events/types.ts';
import type { AuditIndex } from './index/service.ts';
import type { LeafLog, Placed } from './log/leaf-log.ts';
import { leafHash } from './log/merkle/hashing.ts';
import type { WitnessWait } from './log/witnessed.ts';

/** What a sender is told of one event. */
type Told =
  | Exclude<EventResult, AcceptedEvent>
  | {
      readonly status: 'accepted';
      readonly id: string;
      readonly log: string;
      /** Null for `buffered`. */
      readonly index: number | null;
      /** Base64; null for `buffered`. */
      readonly leafHash: string | null;
    };

export interface SubmissionResults {
  readonly results: readonly Told[];
}

/** Takes batches of events from other services, to the level of acknowledgement that they ask for. */
export interface Submissions {
  /**
   * Raises what `Intake.admit` raises, `witnesses_missing` when the events are durable and the quorum did not
   * sign in time, and what the ledger raises when it takes nothing.
   */
  submit(batch: unknown, context: IntakeContext): Promise<SubmissionResults>;
  /** Events that are in memory only. */
  buffered(): number;
  /** Resolves when what was only buffered is durable or given up. */
  settle(): Promise<void>;
}

export interface SubmissionParts {
  readonly intake: Pick<Intake, 'admit' | 'settle'>;
  readonly leafLog: Pick<LeafLog, 'append' | 'settle'>;
  readonly index: Pick<AuditIndex, 'find'>;
  /** Null when no quorum of witnesses is set up: then nothing can be `witnessed`. */
  readonly witnessWait: Pick<WitnessWait, 'whenWitnessed'> | null;
  readonly log: Logger;
}

/** Below the 60 s after which a client takes the server for gone. */
const witnessTimeoutMs = 30_000;

type Places = ReadonlyMap<AcceptedEvent, Placed>;

const isAccepted = (result: EventResult): result is AcceptedEvent => result.status === 'accepted';

export function createSubmissions(parts: SubmissionParts): Submissions {
  const { intake, leafLog, index, witnessWait } = parts;
  const log = parts.log.child({ part: 'audit-submissions' });
  /** Batches with a key that are under way, so that a repeat waits for the first instead of racing it. */
  const underWay = new Map<string, Promise<unknown>>();
  const writing = new Map<Promise<unknown>, number>();

  async function place(events: readonly AcceptedEvent[]): Promise<Places> {
    const groups = [...Map.groupBy(events, (event) => event.log)];
    const placed = await Promise.all(
      groups.map(async ([name, group]) => {
        const leaves = group.map(({ leaf }) => leaf);
        const where = await leafLog.append(name, leaves);
        return group.map((event, at) => [event, where[at] as Placed] as const);
      }),
    );
    return new Map(placed.flat());
  }

  /** A repeat whose first attempt was cut short: what reached its log is not appended again. */
  async function placeMissing(events: readonly AcceptedEvent[]): Promise<Places> {
    await leafLog.settle();
    const places = new Map<AcceptedEvent, Placed>();
    for (const event of events) {
      const found = await index.find(event.id);
      if (found === undefined || found.log !== event.log) continue;
      places.set(event, { log: found.log, index: found.index, leafHash: leafHash(Buffer.from(event.leaf)) });
    }
    const missing = await place(events.filter((event) => !places.has(event)));
    return new Map([...places, ...missing]);
  }

  async function witnessed(places: Places): Promise<void> {
    if (witnessWait === null) return;
    const newest = new Map<string, number>();
    for (const placed of places.values()) {
      newest.set(placed.log, Math.max(newest.get(placed.log) ?? 0, placed.index));
    }
    await Promise.all(
      [...newest].map(([name, at]) => witnessWait.whenWitnessed({ log: name, index: at }, witnessTimeoutMs)),
    );
  }

  function buffer(events: readonly AcceptedEvent[]): void {
    const mine = place(events)
      .catch((error: unknown) =>
        log.error({ error: messageOf(error), events: events.length }, 'buffered audit events were lost'),
      )
      .finally(() => writing.delete(mine));
    writing.set(mine, events.length);
  }

  function told(results: readonly EventResult[], places: Places | null): SubmissionResults {
    return {
      results: results.map((result): Told => {
        if (!isAccepted(result)) return result;
        const { id, log: name } = result;
        const placed = places?.get(result);
        return {
          status: 'accepted',
          id,
          log: name,
          index: placed?.index ?? null,
          leafHash: placed?.leafHash.toString('base64') ?? null,
        };
      }),
    };
  }

  async function keep(
    outcome: { readonly state: 'new' | 'repeated'; readonly results: readonly EventResult[] },
    acknowledgement: Acknowledgement,
  ): Promise<SubmissionResults> {
    const accepted = outcome.results.filter(isAccepted);
    if (acknowledgement === 'buffered') {
      buffer(accepted);
      return told(outcome.results, null);
    }
    const places = await (outcome.state === 'new' ? place(accepted) : placeMissing(accepted));
    if (acknowledgement === 'witnessed') await witnessed(places);
    return told(outcome.results, places);
  }

  async function take(batch: unknown, context: IntakeContext): Promise<SubmissionResults> {
    const outcome = await intake.admit(batch, context);
    if (outcome.state === 'settled') return outcome.answer as unknown as SubmissionResults;
    const answer = await keep(outcome, context.acknowledgement);
    const { source, idempotencyKey } = context;
    if (idempotencyKey !== undefined) {
      await intake.settle({ source, idempotencyKey }, answer as unknown as Json);
    }
    return answer;
  }

  return {
    async submit(batch, context) {
      const { source, idempotencyKey, acknowledgement } = context;
      if (acknowledgement === 'witnessed' && witnessWait === null) {
        throw invalidInput([
          { field: 'acknowledgement', message: 'must be durable: no witnesses are set up' },
        ]);
      }
      if (idempotencyKey === undefined) return take(batch, context);
      const name = JSON.stringify([source, idempotencyKey]);
      const before = underWay.get(name) ?? Promise.resolve();
      const mine = before.then(
        () => take(batch, context),
        () => take(batch, context),
      );
      underWay.set(name, mine);
      try {
        return await mine;
      } finally {
        if (underWay.get(name) === mine) underWay.delete(name);
      }
    },
    buffered: () => [...writing.values()].reduce((sum, count) => sum + count, 0),
    async settle() {
      await Promise.allSettled(writing.keys());
    },
  };
}
