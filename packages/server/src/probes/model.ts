import type { Status } from '@custos/contract';
import { freshStreak, type Streak } from './rules/streak.ts';
import type { Bucket, Uptime } from './rules/uptime.ts';
import type { Beat, ProbeDefinition, ResultRow, ServiceDefinition } from './types.ts';

/** What a probe is at present; one row in State. */
export interface ProbeState {
  readonly status: Status;
  readonly statusSince: number;
  readonly reason: string;
  readonly streak: Streak;
  /** The message of the last result that moved the condition. */
  readonly message: string;
  readonly last: ResultRow | null;
  readonly beats: readonly Beat[];
  /** The running hour of the uptime counters. */
  readonly hour: Bucket | null;
}

/** What a service is at present. */
export interface ServiceState {
  readonly status: Status;
  readonly statusSince: number;
  readonly reason: string;
  readonly hour: Bucket | null;
  /** Until when its time has been counted, ms. */
  readonly countedUntil: number;
}

/** A probe in memory. The parts are replaced, never changed in place. */
export interface ProbeEntry {
  definition: ProbeDefinition;
  state: ProbeState;
  uptime: Uptime;
}

export interface ServiceEntry {
  definition: ServiceDefinition;
  state: ServiceState;
  uptime: Uptime;
}

export const freshProbeState = (now: number): ProbeState => ({
  status: 'unknown',
  statusSince: now,
  reason: 'Not checked yet.',
  streak: freshStreak,
  message: '',
  last: null,
  beats: [],
  hour: null,
});

export const freshServiceState = (now: number): ServiceState => ({
  status: 'unknown',
  statusSince: now,
  reason: 'It has no probe.',
  hour: null,
  countedUntil: now,
});
