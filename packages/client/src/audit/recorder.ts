import { waitMs } from './back-off.ts';
import { platformClock } from './clock.ts';
import { deliver, type Deliverer, type EventAnswer } from './deliver.ts';
import { AuditRecordError } from './errors.ts';
import { eventText } from './event-text.ts';
import { sendBeforeExit } from './exit.ts';
import { createMemoryQueue } from './memory-queue.ts';
import { recorderFigures, type AuditRecorderOptions, type RecorderProblem } from './options.ts';
import type { Batch, EventQueue, Queued } from './queue.ts';
import type { RecorderCounters, RecorderStatus } from './status.ts';
import type { AuditEventDraft, Recorded } from './types.ts';
import { createWaiters, errorOfAnswer } from './waiters.ts';

export interface CloseReport {
  /** Events that stay on disk and are sent when a recorder is opened on the spool again. */
  readonly kept: number;
  /** Events that were in memory only and could not be sent in time. */
  readonly lost: number;
}

export interface AuditRecorder {
  /**
   * Records an event: it is on record when this resolves. The event goes out at once, together with all
   * others that wait; concurrent callers share requests. Rejects with an `AuditRecordError`: `event_rejected`,
   * `event_dropped`, `unconfirmed` when no answer came within `confirmTimeoutMs` (the event stays held and is
   * sent), or one of those of `enqueue`.
   */
  record(event: AuditEventDraft, options?: { readonly signal?: AbortSignal }): Promise<Recorded>;
  /**
   * Takes an event for the next batch, which goes out at `batchSize` events or after `flushIntervalMs`. It is
   * taken when this resolves: on disk with a spool, in memory without one. Rejects with `invalid_event`,
   * `recorder_full`, `recorder_closed` or `spool_failed`; then the event is not taken.
   */
  enqueue(event: AuditEventDraft): Promise<{ readonly id: string }>;
  /** Sends everything taken so far and resolves when the server has answered for it; else `unconfirmed`. */
  flush(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Takes nothing more, sends what waits for at most `timeoutMs` (default 5,000) and ends. Never rejects. */
  close(options?: { readonly timeoutMs?: number }): Promise<CloseReport>;
  status(): RecorderStatus;
}

/** A batch ends at this size, below the one megabyte that servers and proxies commonly take. */
const batchBytes = 900_000;

/**
 * Makes a recorder that keeps events in memory until the server has them; `@custos/client/node` has one that
 * keeps them on disk. Raises `invalid_option`.
 *
 * @example
 * const recorder = createAuditRecorder({ url: 'https://custos.example.com', token });
 * await recorder.record({ type: 'user.status-change', outcome: 'succeeded', actor, target });
 */
export function createAuditRecorder(options: AuditRecorderOptions): AuditRecorder {
  return createRecorder(options, createMemoryQueue());
}

/** Makes a recorder over any queue. */
export function createRecorder(options: AuditRecorderOptions, queue: EventQueue): AuditRecorder {
  const figures = recorderFigures(options);
  const clock = options.clock ?? platformClock;
  const { token } = options;
  const via: Deliverer = {
    url: options.url,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    timeoutMs: figures.requestTimeoutMs,
    token: async () => (typeof token === 'function' ? token() : token),
  };
  const waiters = createWaiters();
  const counters: RecorderCounters = {
    recorded: 0,
    rejected: 0,
    dropped: 0,
    lost: 0,
    notTaken: 0,
    batches: 0,
    retries: 0,
  };
  const ending = new AbortController();
  let state: RecorderStatus['state'] = 'idle';
  let isClosing = false;
  let lastError: unknown = null;
  let lastAnswerAt: number | null = null;
  /** Events up to this number are to be sent without waiting for more. */
  let due = queue.waiting().newest;
  /** Events up to this number are answered. */
  let answered = due - queue.waiting().events;
  let running: Promise<void> | undefined;
  let interval: AbortController | undefined;
  let pause = new AbortController();
  let closed: Promise<CloseReport> | undefined;

  function tell(problem: RecorderProblem): void {
    try {
      options.onProblem?.(problem);
    } catch {
      // A listener that fails must not stop the recorder.
    }
  }

  const drafts = (events: readonly Queued[]): AuditEventDraft[] =>
    events.map(({ text }) => {
      const { time, ...event } = JSON.parse(text) as Omit<AuditEventDraft, 'time'> & { time: string };
      return { ...event, time: Date.parse(time) };
    });

  function sendUpTo(seq: number): void {
    due = Math.max(due, seq);
    running ??= run().finally(() => {
      running = undefined;
      if (!ending.signal.aborted && answered < due && queue.waiting().events > 0) sendUpTo(due);
      else startInterval();
    });
  }

  /** Begins to count for the oldest event that waits. */
  function startInterval(): void {
    if (interval !== undefined || running !== undefined || queue.waiting().events === 0) return;
    const timer = new AbortController();
    interval = timer;
    void clock.sleep(figures.flushIntervalMs, timer.signal).then(() => {
      if (interval === timer) interval = undefined;
      if (!timer.signal.aborted) sendUpTo(queue.waiting().newest);
    });
  }

  async function run(): Promise<void> {
    interval?.abort();
    interval = undefined;
    // Whoever records in the same turn of the event loop shares the request.
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    for (let failures = 0; answered < due && !ending.signal.aborted;) {
      try {
        const batch = await queue.next({ events: figures.batchSize, bytes: batchBytes });
        if (batch === undefined) break;
        await settle(batch);
        failures = 0;
      } catch (error) {
        // The spool's disk: nothing is forgotten, and the same batch is taken up again.
        lastError = error;
        state = 'retrying';
        counters.retries += 1;
        await rest(waitMs({ kind: 'again', afterMs: null, error }, failures, Math.random));
        failures += 1;
      }
    }
    if (state !== 'closed') state = 'idle';
  }

  /** Tries until the batch is answered, or has to be made anew, or the recorder ends. */
  async function settle(batch: Batch): Promise<void> {
    for (let failures = 0; !ending.signal.aborted; failures += 1) {
      if (failures === 0) state = 'sending';
      const delivery = await deliver(batch, via, { signal: ending.signal, now: clock.now() });
      if (ending.signal.aborted && delivery.kind === 'again') return;
      if (delivery.kind === 'answered') return answer(batch, delivery.answers);
      lastError = delivery.error;
      if (delivery.kind === 'key-taken') {
        const message = 'Custos knows this batch’s key with other events; they are sent under a new one.';
        tell({ kind: 'key-taken', message, events: drafts(batch.events), error: delivery.error });
        // Under its new key it may meet the same answer, so this must not run in a tight circle.
        await rest(waitMs(delivery, failures, Math.random));
        return queue.restart(batch.events.length);
      }
      if (delivery.kind === 'unfit') {
        // Nothing of it was kept. Halved until the one event that cannot be taken stands alone.
        if (batch.events.length > 1) return queue.restart(Math.floor(batch.events.length / 2));
        const { code, fields } = delivery.error;
        return answer(batch, [{ status: 'rejected', code, errors: fields }]);
      }
      if (failures === 0) {
        const message = `A batch could not be delivered and is tried again: ${delivery.error instanceof Error ? delivery.error.message : String(delivery.error)}`;
        tell({ kind: 'unreachable', message, events: drafts(batch.events), error: delivery.error });
      }
      counters.retries += 1;
      state = delivery.kind === 'refused' ? 'refused' : 'retrying';
      await rest(waitMs(delivery, failures, Math.random));
    }
  }

  async function rest(ms: number): Promise<void> {
    pause = new AbortController();
    await clock.sleep(ms, AbortSignal.any([pause.signal, ending.signal]));
  }

  async function answer(batch: Batch, answers: readonly EventAnswer[]): Promise<void> {
    // Forgotten first: if the disk fails here, the same batch is sent again and answered again.
    await queue.finish();
    lastAnswerAt = clock.now();
    lastError = null;
    counters.batches += 1;
    for (const [place, event] of batch.events.entries()) {
      const one = answers[place] as EventAnswer;
      answered = Math.max(answered, event.seq);
      if (one.status === 'accepted') counters.recorded += 1;
      else if (one.status === 'rejected') counters.rejected += 1;
      else counters.dropped += 1;
      const isAwaited = waiters.settle(event.seq, one);
      if (one.status === 'accepted' || isAwaited) continue;
      const error = errorOfAnswer(one);
      tell({ kind: one.status, message: error.message, events: drafts([event]), error });
    }
  }

  function refuse(event: AuditEventDraft, error: AuditRecordError): AuditRecordError {
    counters.notTaken += 1;
    if (error.code !== 'invalid_event') {
      tell({ kind: 'not-taken', message: error.message, events: [event], error });
    }
    return error;
  }

  /** Puts an event into the queue; its number is given at once, so that order is the order of the calls. */
  function take(event: AuditEventDraft): { id: string; seq: number; kept: Promise<void> } {
    if (isClosing) throw refuse(event, new AuditRecordError('recorder_closed', 'The recorder is closed.'));
    let made: ReturnType<typeof eventText>;
    try {
      made = eventText(event, { now: clock.now(), source: options.source });
    } catch (error) {
      throw error instanceof AuditRecordError ? refuse(event, error) : error;
    }
    const waiting = queue.waiting();
    if (waiting.events >= figures.maxPending || waiting.bytes + made.bytes > figures.maxPendingBytes) {
      const message = `The recorder is full: ${waiting.events} events of ${waiting.bytes} bytes wait to be sent.`;
      throw refuse(event, new AuditRecordError('recorder_full', message));
    }
    const { seq, kept } = queue.append(made.text);
    const taken = kept.catch((cause: unknown) => {
      const message = 'The spool could not keep the event on disk.';
      throw refuse(event, new AuditRecordError('spool_failed', message, { cause }));
    });
    return { id: made.id, seq, kept: taken };
  }

  async function flush({ timeoutMs = figures.confirmTimeoutMs } = {}): Promise<void> {
    const goal = queue.waiting().newest;
    let isLate = false;
    let late: () => void = () => undefined;
    const expired = new Promise<void>((resolve) => (late = resolve));
    // Unlike the recorder's other timers this one keeps a Node process alive: somebody waits.
    const timer = setTimeout(() => {
      isLate = true;
      late();
    }, timeoutMs);
    // A wait that the server asked for is cut short once; if it still means it, it will say so again.
    pause.abort();
    while (answered < goal && queue.waiting().events > 0 && !isLate) {
      sendUpTo(goal);
      await Promise.race([running, expired]);
    }
    clearTimeout(timer);
    if (!isLate || answered >= goal) return;
    const message = `${queue.waiting().events} events are not confirmed yet. They are held and will be sent.`;
    throw new AuditRecordError('unconfirmed', message, { cause: lastError });
  }

  async function end(timeoutMs: number): Promise<CloseReport> {
    isClosing = true;
    stopListening();
    await flush({ timeoutMs }).catch(() => undefined);
    ending.abort();
    interval?.abort();
    await running;
    state = 'closed';
    const left = queue.waiting().events;
    if (!queue.durable && left > 0) {
      counters.lost += left;
      const events: AuditEventDraft[] = [];
      for (;;) {
        const batch = await queue.next({ events: left, bytes: Number.POSITIVE_INFINITY });
        if (batch === undefined) break;
        events.push(...drafts(batch.events));
        await queue.finish();
      }
      const message = `${left} events were in memory only and could not be sent before the recorder was closed.`;
      tell({ kind: 'lost', message, events, error: lastError });
    }
    waiters.fail(() => {
      const what = queue.durable ? 'is on disk and is sent by the next recorder' : 'was not sent';
      return new AuditRecordError('recorder_closed', `The recorder was closed; the event ${what}.`);
    });
    await queue.close();
    return queue.durable ? { kept: left, lost: 0 } : { kept: 0, lost: left };
  }

  const close: AuditRecorder['close'] = ({ timeoutMs = figures.exitTimeoutMs } = {}) =>
    (closed ??= end(timeoutMs));

  const stopListening = sendBeforeExit({
    finish: () => close(),
    hidden: () => sendUpTo(queue.waiting().newest),
    signals: options.exitSignals ?? [],
  });
  // What a spool holds from before is sent at once.
  if (answered < due) sendUpTo(due);

  return {
    async record(event, { signal } = {}) {
      const { seq, kept } = take(event);
      const answer = waiters.wait(seq, { timeoutMs: figures.confirmTimeoutMs, signal });
      // Whoever fails first decides; the other's failure is nobody's.
      answer.catch(() => undefined);
      await kept;
      sendUpTo(seq);
      return answer;
    },
    async enqueue(event) {
      const { id, seq, kept } = take(event);
      await kept;
      if (queue.waiting().events >= figures.batchSize) sendUpTo(seq);
      else startInterval();
      return { id };
    },
    flush,
    close,
    status: () => ({
      state,
      keptOn: queue.durable ? 'disk' : 'memory',
      waiting: { events: queue.waiting().events, bytes: queue.waiting().bytes },
      counters: { ...counters },
      lastError,
      lastAnswerAt,
    }),
  };
}
