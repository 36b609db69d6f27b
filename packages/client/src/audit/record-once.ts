import type { ClientOptions } from '../transport.ts';
import { deliver } from './deliver.ts';
import { eventText } from './event-text.ts';
import { newBatchKey } from './ids.ts';
import type { AuditEventDraft, Recorded } from './types.ts';
import { errorOfAnswer } from './waiters.ts';

/** Records one event in one request, tried once. */
export async function recordOnce(
  event: AuditEventDraft,
  client: ClientOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<Recorded> {
  const now = Date.now();
  const { text } = eventText(event, { now });
  const via = {
    url: client.baseUrl,
    fetch: client.fetch ?? globalThis.fetch.bind(globalThis),
    timeoutMs: client.timeoutMs ?? 30_000,
    token: async () => client.token,
  };
  const delivery = await deliver({ key: newBatchKey(), events: [{ seq: 1, text }] }, via, { signal, now });
  signal.throwIfAborted();
  if (delivery.kind !== 'answered') throw delivery.error;
  const answer = delivery.answers[0];
  if (answer?.status !== 'accepted')
    throw answer === undefined ? new Error('No answer.') : errorOfAnswer(answer);
  const { id, log, index, leafHash } = answer;
  return { id, log, index, leafHash };
}
