import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import type { IncomingRecord, IngestTally, RecordIntake, Refusal, Source } from '../../types.ts';
import { readMessage } from './message.ts';

export interface SyslogIntake {
  /**
   * Reads messages of one peer and hands them on. With `wait` it resolves when they are on disk and goes on
   * trying while the spool is full; without it they are dropped then and counted.
   */
  take(messages: readonly Buffer[], peer: string, wait: boolean): Promise<void>;
  refuse(peer: string, refusal: Refusal): void;
  /** Ends all waiting. */
  stop(): void;
}

const retryMs = 1_000;

/** What all listeners share: messages become records and are counted. */
export function createSyslogIntake(parts: {
  readonly records: RecordIntake;
  readonly tally: IngestTally;
  readonly clock: Clock;
  readonly log: Logger;
}): SyslogIntake {
  const { records, tally, clock, log } = parts;
  const stopping = new AbortController();
  const sourceOf = (peer: string): Source => ({ door: 'syslog', signal: 'logs', name: peer });

  const append = async (batch: readonly IncomingRecord[], source: Source, wait: boolean): Promise<number> => {
    for (;;) {
      try {
        const { accepted, refusals } = await records.append(batch, source);
        tally.refused(source, refusals);
        return accepted;
      } catch (error) {
        if (wait && !stopping.signal.aborted) {
          await clock.sleep(retryMs, stopping.signal);
          continue;
        }
        tally.refused(source, [{ reason: 'spool_full', message: messageOf(error), count: batch.length }]);
        log.warn(
          { error: messageOf(error), records: batch.length, peer: source.name },
          'syslog lost records',
        );
        return 0;
      }
    }
  };

  return {
    async take(messages, peer, wait) {
      const source = sourceOf(peer);
      const arrival = { at: clock.now(), peer };
      const batch: IncomingRecord[] = [];
      let bytes = 0;
      for (const message of messages) {
        const read = readMessage(message, arrival);
        if (read === undefined) continue;
        if ('reason' in read) {
          tally.refused(source, [read]);
          continue;
        }
        batch.push(read);
        bytes += message.length;
      }
      if (batch.length === 0) return;
      const accepted = await append(batch, source, wait);
      if (accepted > 0) tally.accepted(source, accepted, bytes);
    },
    refuse(peer, refusal) {
      tally.refused(sourceOf(peer), [refusal]);
    },
    stop: () => stopping.abort(),
  };
}
