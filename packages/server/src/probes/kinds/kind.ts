import { z } from 'zod';
import type { KindDescription, ProbeKindName } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import type { Outbound } from '../../outbound/types.ts';
import type { CheckOutcome, PingState, SelfCheck } from '../types.ts';
import type { ProcessReadings } from '../process-readings.ts';

/** A job that calls a heartbeat. */
interface WatchedJob {
  readonly ping: PingState;
  /** When the probe was made, ms. */
  readonly since: number;
  /** Since when its calls can have arrived, ms. */
  readonly listeningSince: number;
}

/** What a check may use. A check ends by itself soon after `signal` aborts. */
export interface CheckContext {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long this check may take, ms. */
  readonly timeoutMs: number;
  /** Who asks, for the record of a refusal. */
  readonly purpose: string;
  /** Kept from one check of a probe to its next, in this process only. */
  readonly memory: Map<string, unknown>;
  readonly process: ProcessReadings;
  readonly selfChecks: readonly SelfCheck[];
  /** What is known of the watched job; undefined for a probe that is not saved. */
  heartbeat(): Promise<WatchedJob | undefined>;
}

/** A kind of probe, its types erased; made by {@link defineKind}. */
export interface ProbeKind {
  readonly kind: ProbeKindName;
  readonly title: string;
  readonly description: string;
  readonly options: z.ZodObject;
  /** Top-level options that are kept encrypted and never shown again. */
  readonly secretFields: readonly string[];
  /** Settings of the probe that suit the kind better than the general ones. */
  readonly defaults: { readonly intervalMs?: number; readonly timeoutMs?: number };
  /** The host that a check goes to, or null when it leaves this host for nowhere. */
  targetHost(options: unknown): string | null;
  /** Runs one check with options that `options` has parsed. May throw: the runner words the failure. */
  check(options: unknown, context: CheckContext): Promise<CheckOutcome>;
}

interface KindParts<Schema extends z.ZodObject> {
  readonly kind: ProbeKindName;
  readonly title: string;
  readonly description: string;
  readonly options: Schema;
  readonly defaults?: ProbeKind['defaults'];
  readonly targetHost?: (options: z.output<Schema>) => string | null;
  readonly check: (options: z.output<Schema>, context: CheckContext) => Promise<CheckOutcome>;
}

/** Makes a kind. Fields whose metadata says `secret: true` become its secret fields. */
export function defineKind<Schema extends z.ZodObject>(parts: KindParts<Schema>): ProbeKind {
  const shape: Readonly<Record<string, z.ZodType>> = parts.options.shape;
  return {
    kind: parts.kind,
    title: parts.title,
    description: parts.description,
    options: parts.options,
    secretFields: Object.keys(shape).filter((field) => shape[field]?.meta()?.['secret'] === true),
    defaults: parts.defaults ?? {},
    targetHost: (options) => parts.targetHost?.(options as z.output<Schema>) ?? null,
    check: (options, context) => parts.check(options as z.output<Schema>, context),
  };
}

/** The kind as the dashboard's form needs it. */
export function describeKind(kind: ProbeKind): KindDescription {
  return {
    kind: kind.kind,
    title: kind.title,
    description: kind.description,
    schema: z.toJSONSchema(kind.options, { io: 'input' }),
  };
}
