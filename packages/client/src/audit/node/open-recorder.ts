import type { AuditRecorderOptions } from '../options.ts';
import { invalidOptions, recorderFigures } from '../options.ts';
import { createRecorder, type AuditRecorder } from '../recorder.ts';
import { openSpoolQueue } from './spool-queue.ts';

export interface SpooledRecorderOptions extends AuditRecorderOptions {
  /** A directory for this process alone, such as `/var/lib/shop/audit-spool`; made when it is absent. */
  readonly spoolDirectory: string;
}

/**
 * Opens a recorder that keeps events on disk until the server has them: `enqueue` resolves after the event is
 * written and synced, and what was taken before a `kill -9` is sent after the next start, once. Files hold
 * events in clear, readable by their owner alone, until they are sent.
 *
 * Raises `invalid_option`, `spool_in_use`, or the file system's error.
 *
 * @example
 * const recorder = await openAuditRecorder({ url, token, spoolDirectory: '/var/lib/shop/audit-spool' });
 */
export async function openAuditRecorder(options: SpooledRecorderOptions): Promise<AuditRecorder> {
  recorderFigures(options);
  const { spoolDirectory, onProblem } = options;
  if (typeof spoolDirectory !== 'string' || spoolDirectory === '') {
    throw invalidOptions([{ field: 'spoolDirectory', message: 'must be a directory' }]);
  }
  const queue = await openSpoolQueue({
    directory: spoolDirectory,
    onDamage: (message) =>
      onProblem?.({ kind: 'damaged', message: `The spool is damaged: ${message}.`, events: [], error: null }),
  });
  return createRecorder(options, queue);
}
