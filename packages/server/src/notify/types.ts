import type { ChannelKindName, Severity, StreamEvent } from '@custos/contract';
import type { z } from 'zod';
import type { Logger } from '../base/logger.ts';
import type { Outbound } from '../outbound/types.ts';

/**
 * Words of this domain.
 *
 * - **channel**: a way to reach people; its **kind** says how (`channels/`, one file each).
 * - **notification**: one message to one channel, written in the transaction of the change that causes it.
 * - **outbox**: the notifications that are not settled yet.
 * - **attempt**: one try to deliver one, with the provider's answer.
 * - **step**: which message about an alert this is (`firing-1`, `resolved-1`); (alert, step, channel) is
 *   unique, so nobody is told the same thing twice by the same channel.
 * - **claim**: the right of one node to send a notification until its lease ends, with a fencing token
 *   (`fence`) that a later claim raises, so that a holder who wakes late cannot write.
 * - **fallback**: the channel that takes over what another gave up.
 */

/** What a message says, for every kind of channel to write in its own way. */
export interface Message {
  readonly event: 'firing' | 'resolved' | 'test';
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Since when, ms. */
  readonly startedAt: number;
  /** When it was over, ms; null while it fires. */
  readonly resolvedAt: number | null;
  readonly alertId: string | null;
  readonly probeId: string | null;
  readonly serviceName: string | null;
  /** Path of the alert's page in the dashboard, such as `/alerts/alr_...`; joined to the public URL. */
  readonly path: string;
  /** Path of the page that acknowledges without a login; null when there is nothing to acknowledge. */
  readonly acknowledgePath: string | null;
}

/** A wish to tell channels something; becomes one notification per channel that takes it. */
export interface NotificationRequest {
  readonly alertId: string | null;
  readonly step: string;
  readonly message: Message;
  /** Channels to use; empty for the default ones. */
  readonly channelIds: readonly string[];
}

/** Tells live viewers. */
export type Publish = (event: StreamEvent) => void;

/** A message on its way out: what to say, and the facts of this delivery. */
export interface Dispatch {
  readonly message: Message;
  readonly notificationId: string;
  /** The same at every attempt, after every restart and on every node. */
  readonly idempotencyKey: string;
  readonly step: string;
  readonly createdAt: number;
  /** The time of this attempt, ms. */
  readonly now: number;
  /** Absolute links into the dashboard. */
  readonly url: string;
  readonly acknowledgeUrl: string | null;
  /** What an earlier attempt of the same notification left for this one, such as recipients already served. */
  readonly progress: string | null;
  /** Aborts when the attempt has had its time. */
  readonly signal: AbortSignal;
}

/**
 * How one attempt ended.
 *
 * - `delivered`: the provider said yes
 * - `retryable`: it said no for now, or could not be reached
 * - `permanent`: it will say no to this message again
 * - `unknown`: the connection was lost after the message was sent, so it may have arrived
 */
export interface SendOutcome {
  readonly result: 'delivered' | 'retryable' | 'permanent' | 'unknown';
  /** What the provider answered, such as `250 2.0.0 Ok: queued as 4F1`; empty without an answer. */
  readonly answer: string;
  readonly providerId: string | null;
  readonly error: string | null;
  /** How long the provider asks to wait, in seconds. */
  readonly retryAfterSeconds: number | null;
  /** Handed to the next attempt as {@link Dispatch.progress}. */
  readonly progress?: string;
}

/** A channel made ready to send; keeps connections between sends. */
export interface OpenChannel {
  send(dispatch: Dispatch): Promise<SendOutcome>;
  close(): void;
}

/** What kinds use of the world. */
export interface ChannelPorts {
  readonly outbound: Outbound;
  readonly log: Logger;
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
}

/** A kind of channel: its abilities as data, and how to open one. */
export interface ChannelKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly kind: ChannelKindName;
  readonly title: string;
  readonly description: string;
  readonly options: Schema;
  /** Options that are kept sealed and never shown. */
  readonly secretFields: readonly string[];
  /** Sends under way at once, at most, per channel and node. */
  readonly concurrency: number;
  /** Options whose address is checked against the outbound policy when they are saved. */
  readonly urlFields: readonly string[];
  open(options: z.output<Schema>, ports: ChannelPorts): OpenChannel;
}

/** A kind with its options' type forgotten; its own schema has parsed what `open` gets. */
export type AnyChannelKind = ChannelKind;
