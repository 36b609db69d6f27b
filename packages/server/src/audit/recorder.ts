import type { Intake } from './events/intake.ts';
import type { AcceptedEvent } from './events/results.ts';
import type { LeafLog } from './log/leaf-log.ts';
import { eventInputOf } from './own-acts.ts';
import type { Recorder } from './types.ts';
import type { StateTx } from '../storage/state/state.ts';

/** What recording needs of a `LeafLog`; a process without the ledger has `createPendingLeafLog`. */
export interface RecorderLog extends Pick<LeafLog, 'appendWith'> {
  append(log: string, leaves: readonly Uint8Array[]): Promise<unknown>;
}

/** Appends the leaves of accepted events, those of one log together. */
export async function appendLeaves(
  leafLog: RecorderLog,
  events: readonly AcceptedEvent[],
  tx?: StateTx,
): Promise<void> {
  if (tx !== undefined) {
    for (const { log, leaf } of events) await leafLog.appendWith(tx, log, leaf);
    return;
  }
  const groups = Map.groupBy(events, ({ log }) => log);
  await Promise.all(
    [...groups].map(([log, group]) =>
      leafLog.append(
        log,
        group.map(({ leaf }) => leaf),
      ),
    ),
  );
}

/**
 * Puts acts of Custos itself on record. Raises `invalid_input` for an event that cannot be kept and what
 * the vault or the ledger raise when they cannot keep any.
 */
export function createRecorder(parts: {
  readonly intake: Pick<Intake, 'own'>;
  readonly leafLog: RecorderLog;
}): Recorder {
  const { intake, leafLog } = parts;
  const recorder: Recorder = {
    append: (event, tx) => recorder.record(eventInputOf(event), tx),
    async record(event, tx) {
      await appendLeaves(leafLog, await intake.own([event], tx), tx);
    },
  };
  return recorder;
}
