/** An event in the queue; numbers grow in the order of arrival. */
export interface Queued {
  readonly seq: number;
  readonly text: string;
}

/** Events that are sent together, and the key under which they are sent until the server has answered. */
export interface Batch {
  readonly key: string;
  readonly events: readonly Queued[];
}

/** A batch ends at this many events or bytes of JSON, whichever comes first; it has one event at least. */
export interface BatchLimits {
  readonly events: number;
  readonly bytes: number;
}

/** Where events wait until the server has them. First in, first out. */
export interface EventQueue {
  /** True when it outlives the process. */
  readonly durable: boolean;
  /** Adds an event, at once in order; `kept` resolves when it is as safe as this queue can make it. */
  append(text: string): { readonly seq: number; readonly kept: Promise<void> };
  /**
   * The batch to send: the one that was begun, also before a restart, with the same key and the same events,
   * or a new one of the oldest events. Undefined when nothing waits.
   */
  next(limits: BatchLimits): Promise<Batch | undefined>;
  /** Begins the present batch anew: `count` events of it at most, under a new key. */
  restart(count: number): Promise<void>;
  /** Forgets the events of the present batch: the server has answered for each. */
  finish(): Promise<void>;
  /** What waits: events, bytes of JSON, and the number of the newest event that was ever added. */
  waiting(): { readonly events: number; readonly bytes: number; readonly newest: number };
  close(): Promise<void>;
}
