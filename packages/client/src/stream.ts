import { streamEvents, type StreamEvent, type StreamEventType } from '@custos/contract';
import { ApiError, errorOf } from './errors.ts';
import { createEventParser, type ParsedEvent } from './event-parser.ts';
import { addressOf, type ClientOptions } from './transport.ts';

/**
 * - `connecting`: the first try, or a try after a loss.
 * - `live`: events arrive.
 * - `waiting`: the connection was lost; the next try comes by itself.
 * - `offline`: like `waiting`, and the device says that it has no network.
 * - `refused`: the server said no (not signed in, no permission); it stays so until opened anew.
 * - `closed`: closed by the caller.
 */
export type StreamState = 'connecting' | 'live' | 'waiting' | 'offline' | 'refused' | 'closed';

export interface StreamOptions {
  /** Event types to receive; all when left out. `reset` always comes. */
  readonly types?: readonly StreamEventType[] | undefined;
  readonly onEvent: (event: StreamEvent) => void;
  /** Told of every change of state, with the error that caused it, if one did. */
  readonly onState?: ((state: StreamState, error: unknown) => void) | undefined;
}

export interface Stream {
  readonly state: StreamState;
  close(): void;
}

/** The server sends a heartbeat every 15 s; three missed mean that the connection is dead. */
const silenceMs = 45_000;
const longestWaitMs = 30_000;

interface Device {
  readonly navigator?: { readonly onLine?: boolean };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/**
 * Follows `/api/v1/stream` for as long as it is open: reconnects with growing waits, asks for what it
 * missed (`Last-Event-ID`), tries at once when the device is online again, and passes on a `reset` when
 * events may have been missed.
 */
export function openStream(client: ClientOptions, options: StreamOptions): Stream {
  const send = client.fetch ?? globalThis.fetch.bind(globalThis);
  const device = globalThis as unknown as Device;
  const ending = new AbortController();
  let state: StreamState = 'connecting';
  let lastId: string | null = null;
  let wasLive = false;
  let retryMs = 1000;
  let failures = 0;
  let wake: () => void = () => undefined;

  function enter(next: StreamState, error?: unknown): void {
    if (state === next || state === 'closed') return;
    state = next;
    options.onState?.(next, error);
  }

  function receive(event: ParsedEvent): void {
    lastId = event.id ?? lastId;
    if (event.data === '' || !Object.hasOwn(streamEvents, event.type)) return;
    const type = event.type as StreamEventType;
    const decoded = streamEvents[type].safeParse(JSON.parse(event.data));
    if (decoded.success) options.onEvent({ type, data: decoded.data } as StreamEvent);
  }

  async function follow(): Promise<void> {
    const attempt = new AbortController();
    const signal = AbortSignal.any([ending.signal, attempt.signal]);
    let watchdog = setTimeout(() => attempt.abort(), silenceMs);
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (client.token !== undefined) headers.authorization = `Bearer ${client.token}`;
      if (lastId !== null) headers['last-event-id'] = lastId;
      const address = addressOf(client.baseUrl, '/api/v1/stream', { types: options.types?.join(',') });
      const response = await send(address, {
        headers,
        signal,
        credentials: 'same-origin',
        cache: 'no-store',
      });
      if (!response.ok || response.body === null) throw await errorOf(response);
      enter('live');
      failures = 0;
      // Without an id to resume from, whatever happened meanwhile is unknown.
      if (wasLive && lastId === null) options.onEvent({ type: 'reset', data: {} });
      wasLive = true;
      const parser = createEventParser(receive, (ms) => (retryMs = Math.min(ms, longestWaitMs)));
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => attempt.abort(), silenceMs);
        parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(watchdog);
      attempt.abort();
    }
  }

  function waitMsAfter(error: unknown): number {
    if (error instanceof ApiError && error.retryAfterSeconds !== null) return error.retryAfterSeconds * 1000;
    const ceiling = Math.min(longestWaitMs, retryMs * 2 ** Math.min(failures, 10));
    return ceiling / 2 + (ceiling / 2) * Math.random();
  }

  async function run(): Promise<void> {
    options.onState?.('connecting', undefined);
    while (!ending.signal.aborted) {
      let error: unknown;
      try {
        await follow();
      } catch (thrown) {
        error = thrown;
      }
      if (ending.signal.aborted) return;
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        enter('refused', error);
        return;
      }
      enter(device.navigator?.onLine === false ? 'offline' : 'waiting', error);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMsAfter(error));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      failures += 1;
      if (!ending.signal.aborted) enter('connecting');
    }
  }

  const online = (): void => wake();
  device.addEventListener?.('online', online);
  void run().finally(() => device.removeEventListener?.('online', online));

  return {
    get state() {
      return state;
    },
    close() {
      enter('closed');
      ending.abort();
      wake();
    },
  };
}
