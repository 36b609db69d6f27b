import { createLineBuffer } from './line-buffer.ts';
import type { Settings } from './options.ts';
import { postLines } from './post.ts';

export interface LineSender {
  /** Takes text without waiting. */
  write(text: string): void;
  /** Sends what waits, for as long as `closeTimeoutMs` allows, and then ends. */
  close(): Promise<void>;
}

const batchBytes = 4 * 1024 * 1024;
const firstRetryMs = 250;

/** Sends lines in batches, one request at a time, until it is closed. `say` tells of lost lines. */
export function createLineSender(settings: Settings, say: (problem: string) => void): LineSender {
  const { batchLines, lingerMs, retryMaxMs, closeTimeoutMs } = settings;
  const buffer = createLineBuffer(settings.bufferBytes);
  const ended = new AbortController();
  let wake: () => void = () => undefined;
  let closing = false;
  let running: Promise<void> | undefined;
  let said = false;

  /** Waits, but not once the sender is closed for good, or when `early` and something wakes it. */
  const pause = (ms: number, early: boolean): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        ended.signal.removeEventListener('abort', done);
        wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      ended.signal.addEventListener('abort', done);
      if (early) wake = done;
      if (ended.signal.aborted) done();
    });

  /** What was lost is told where the lines would have been. */
  const notice = (): readonly string[] => {
    const count = buffer.lost();
    if (count === 0) return [];
    return [
      JSON.stringify({
        level: 40,
        name: settings.service === '' ? 'custos-transport' : settings.service,
        msg: `${count} log lines were lost on their way to Custos`,
        'custos.lost': count,
      }),
    ];
  };

  const sendOnce = async (failures: number, limit: number): Promise<{ failures: number; limit: number }> => {
    const lines = buffer.oldest(limit, batchBytes);
    const lost = notice();
    const posted = await postLines([...lost, ...lines], settings);
    if (posted.kind === 'done') {
      buffer.taken(lines.length);
      if (posted.refused > 0) say(`Custos refused ${posted.refused} log lines; its ingest page says why.`);
      said = false;
      return { failures: 0, limit: batchLines };
    }
    // The notice itself did not arrive: what it counts is counted again.
    if (lost.length > 0) buffer.lose((JSON.parse(lost[0]!) as { 'custos.lost': number })['custos.lost']);
    if (posted.kind === 'too-large' && lines.length > 1) {
      return { failures, limit: Math.ceil(lines.length / 2) };
    }
    if (posted.kind !== 'again') {
      buffer.taken(lines.length);
      buffer.lose(lines.length);
      say(
        `Custos cannot take ${lines.length} log lines: ${posted.kind === 'unreadable' ? posted.why : 'too large'}`,
      );
      return { failures: 0, limit: batchLines };
    }
    if (!said) say(`Custos cannot be reached, log lines wait in memory: ${posted.why}`);
    said = true;
    const wait = posted.afterMs ?? Math.min(retryMaxMs, firstRetryMs * 2 ** Math.min(failures, 20));
    // With jitter, so that all the processes of a service do not come back in the same moment.
    await pause(Math.min(wait, retryMaxMs) * (0.5 + Math.random() / 2), false);
    return { failures: failures + 1, limit };
  };

  const run = async (): Promise<void> => {
    let state = { failures: 0, limit: batchLines };
    while (buffer.size > 0 && !ended.signal.aborted) {
      if (!closing && buffer.size < batchLines) await pause(lingerMs, true);
      if (ended.signal.aborted) break;
      state = await sendOnce(state.failures, state.limit);
    }
    running = undefined;
  };

  return {
    write(text) {
      buffer.add(text);
      if (buffer.size === 0) return;
      running ??= run();
      if (buffer.size >= batchLines) wake();
    },
    async close() {
      closing = true;
      // The last line may have come without its end.
      buffer.add('\n');
      if (buffer.size > 0) running ??= run();
      wake();
      const late = setTimeout(() => ended.abort(), closeTimeoutMs);
      await running;
      clearTimeout(late);
      if (buffer.size > 0) say(`${buffer.size} log lines did not reach Custos before the end.`);
    },
  };
}
