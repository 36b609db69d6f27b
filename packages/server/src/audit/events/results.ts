import type { FieldFault } from '../../base/errors.ts';
import type { Json, RetentionClass } from './types.ts';

/** What became of one event of a batch. */
export type EventResult =
  | {
      readonly status: 'accepted';
      readonly id: string;
      /** The log that the leaf goes to. */
      readonly log: RetentionClass;
      readonly leaf: Uint8Array;
    }
  | {
      readonly status: 'rejected';
      /** `invalid_input`, or `conflict` for an id that is used already. */
      readonly code: 'invalid_input' | 'conflict';
      readonly errors: readonly FieldFault[];
    }
  | { readonly status: 'dropped'; readonly code: 'rate_limited' };

export type AcceptedEvent = Extract<EventResult, { status: 'accepted' }>;

/** What became of a batch. */
export type BatchOutcome =
  | {
      /** `repeated`: the same leaves as before, which may or may not have reached their logs. */
      readonly state: 'new' | 'repeated';
      readonly results: readonly EventResult[];
      /** How long the batch was made to wait, ms. */
      readonly delayMs: number;
    }
  | {
      /** An exact repeat of a batch that was answered: this was the answer. */
      readonly state: 'settled';
      readonly answer: Json;
    };

type StoredResult =
  | Exclude<EventResult, AcceptedEvent>
  | (Omit<AcceptedEvent, 'leaf'> & { readonly leaf: string });

/** Results as text for the store. */
export function writeResults(results: readonly EventResult[]): string {
  return JSON.stringify(
    results.map((result): StoredResult =>
      result.status === 'accepted'
        ? { ...result, leaf: Buffer.from(result.leaf).toString('base64') }
        : result,
    ),
  );
}

export function readResults(text: string): EventResult[] {
  return (JSON.parse(text) as StoredResult[]).map((result) =>
    result.status === 'accepted' ? { ...result, leaf: Buffer.from(result.leaf, 'base64') } : result,
  );
}
