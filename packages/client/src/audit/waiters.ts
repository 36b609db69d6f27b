import { AuditRecordError, withFields } from './errors.ts';
import type { EventAnswer } from './deliver.ts';
import type { Recorded } from './types.ts';

interface Waiter {
  resolve(recorded: Recorded): void;
  reject(error: unknown): void;
}

/** Those who wait for the answer about an event, by its number in the queue. */
export interface Waiters {
  wait(
    seq: number,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Recorded>;
  /** Passes an answer on; true when somebody waited for it. */
  settle(seq: number, answer: EventAnswer): boolean;
  /** Gives every waiter an error. */
  fail(error: (seq: number) => AuditRecordError): void;
}

function unconfirmed(cause: unknown): AuditRecordError {
  const message = 'Custos has not confirmed the event in time. It is held and will be sent.';
  return new AuditRecordError('unconfirmed', message, { cause });
}

export function errorOfAnswer(answer: Exclude<EventAnswer, { status: 'accepted' }>): AuditRecordError {
  if (answer.status === 'rejected') {
    return withFields('event_rejected', `Custos refused the event (${answer.code})`, answer.errors);
  }
  return new AuditRecordError('event_dropped', 'The rate limit of Custos dropped the event.');
}

export function createWaiters(): Waiters {
  const waiting = new Map<number, Waiter>();
  return {
    wait(seq, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        const giveUp = (cause: unknown): void => waiting.get(seq)?.reject(unconfirmed(cause));
        const aborted = (): void => giveUp(signal?.reason);
        const timer = setTimeout(() => giveUp(undefined), timeoutMs);
        const end = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', aborted);
          waiting.delete(seq);
        };
        waiting.set(seq, {
          resolve(recorded) {
            end();
            resolve(recorded);
          },
          reject(error) {
            end();
            reject(error);
          },
        });
        signal?.addEventListener('abort', aborted);
        if (signal?.aborted === true) aborted();
      });
    },
    settle(seq, answer) {
      const waiter = waiting.get(seq);
      if (answer.status === 'accepted') {
        const { id, log, index, leafHash } = answer;
        waiter?.resolve({ id, log, index, leafHash });
      } else waiter?.reject(errorOfAnswer(answer));
      return waiter !== undefined;
    },
    fail(error) {
      for (const [seq, waiter] of waiting) waiter.reject(error(seq));
    },
  };
}
