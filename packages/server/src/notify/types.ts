import type { Severity, StreamEvent } from '@custos/contract';

/**
 * Words of this domain.
 *
 * - **channel**: a way to reach people; its **kind** says how (`channels/`, one file each).
 * - **notification**: one message to one channel, written in the transaction of the change that causes it.
 * - **outbox**: the notifications that are not settled yet.
 * - **attempt**: one try to deliver one, with the provider's answer.
 * - **step**: which message about an alert this is (`firing-1`, `resolved-1`); (alert, step, channel) is
 *   unique, so nobody is told the same thing twice by the same channel.
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
