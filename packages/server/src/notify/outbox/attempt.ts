import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { maskedMessage } from '../masked-message.ts';
import { oneLine } from '../redact.ts';
import type { Dispatch, Message, SendOutcome } from '../types.ts';
import type { Ready } from './opened.ts';

/** An outcome as it is kept: without secrets, in one line, with its duration. */
export interface Attempted extends SendOutcome {
  readonly latencyMs: number;
}

export interface AttemptLimits {
  /** An attempt that takes longer is cut off, ms. */
  readonly timeoutMs: number;
  /** Aborts when the sender has to stop. */
  readonly signal: AbortSignal;
}

/** What a dispatch is made of, apart from what belongs to the attempt. */
export type DispatchFacts = Omit<Dispatch, 'signal' | 'now' | 'url' | 'acknowledgeUrl'>;

/** Links of a message into the dashboard. */
function linksOf(message: Message, publicUrl: string): Pick<Dispatch, 'url' | 'acknowledgeUrl'> {
  const base = publicUrl.replace(/\/+$/, '');
  const { path, acknowledgePath } = message;
  return {
    url: `${base}${path}`,
    acknowledgeUrl: acknowledgePath === null ? null : `${base}${acknowledgePath}`,
  };
}

/**
 * Makes one attempt. Never throws and always ends: a kind that does not heed its signal is left behind,
 * and since its message may still arrive, the outcome is then unknown.
 */
export async function attempt(
  ready: Ready,
  facts: DispatchFacts,
  {
    clock,
    publicUrl,
    limits,
  }: {
    readonly clock: Clock;
    readonly publicUrl: string;
    readonly limits: AttemptLimits;
  },
): Promise<Attempted> {
  const started = clock.monotonic();
  const end = new AbortController();
  const message = maskedMessage(facts.message);
  const dispatch: Dispatch = {
    ...facts,
    message,
    ...linksOf(message, publicUrl),
    now: clock.now(),
    signal: end.signal,
  };

  let error = '';
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (outcome: SendOutcome) => void = () => undefined;
  const cutOff = new Promise<SendOutcome>((resolve) => {
    giveUp = resolve;
  });
  const stop = (reason: string) => {
    error ||= reason;
    end.abort();
    // Kinds that heed the signal get a moment to say more than that.
    grace ??= setTimeout(() => {
      giveUp({ result: 'unknown', answer: '', providerId: null, error, retryAfterSeconds: null });
    }, 200);
  };
  const onStop = () => stop('The sender was stopped before the answer came.');
  // Deadlines of sockets are real time even where a test owns the clock.
  const deadline = setTimeout(
    () => stop(`There was no answer within ${limits.timeoutMs} ms.`),
    limits.timeoutMs,
  );
  limits.signal.addEventListener('abort', onStop, { once: true });
  if (limits.signal.aborted) onStop();

  try {
    const sent = ready.channel.send(dispatch).catch((thrown: unknown) => failed(thrown));
    const outcome = await Promise.race([sent, cutOff]);
    return clean(outcome, ready.redact, clock.monotonic() - started);
  } finally {
    clearTimeout(deadline);
    clearTimeout(grace);
    limits.signal.removeEventListener('abort', onStop);
  }
}

/** What a kind or the opening of a channel throws; a fault of ours or of the options, which may be mended. */
export function failed(error: unknown): SendOutcome {
  return {
    result: 'retryable',
    answer: '',
    providerId: null,
    error: messageOf(error),
    retryAfterSeconds: null,
  };
}

function clean(outcome: SendOutcome, redact: (text: string) => string, latencyMs: number): Attempted {
  return {
    ...outcome,
    answer: oneLine(redact(outcome.answer), 300),
    providerId: outcome.providerId === null ? null : oneLine(redact(outcome.providerId), 200),
    error: outcome.error === null ? null : oneLine(redact(outcome.error), 500),
    latencyMs: Math.max(0, Math.round(latencyMs)),
  };
}
