/** Which traces are listed. Times in ms since the epoch: from `from` on, before `to`. */
export interface TraceFilter {
  readonly service?: string | undefined;
  readonly name?: string | undefined;
  readonly minDurationMs?: number | undefined;
  readonly errorsOnly: boolean;
  readonly from: number;
  readonly to: number;
}

/** Where a trace stands in the list. */
export interface TracePlace {
  /** Microseconds since the epoch. */
  readonly startUs: number;
  readonly traceId: string;
}
