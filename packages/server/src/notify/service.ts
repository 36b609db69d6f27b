import type { channelTestResult, channelTryRequest } from '@custos/contract';
import type { z } from 'zod';
import { nothingAfterCommit, type AfterCommit } from '../base/after-commit.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf, notFound } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Outbound } from '../outbound/types.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import type { State, StateTx } from '../storage/state/state.ts';
import type { ConfiguredChannel } from './channel-input.ts';
import { checkOptions, createChannelService, type ChannelService } from './channel-service.ts';
import { applyConfiguredChannels, ensureBuiltIn } from './configured-channels.ts';
import { createDeliveryService, type DeliveryService } from './delivery-service.ts';
import { idempotencyKey } from './idempotency.ts';
import { createLetters, type Letters } from './letters.ts';
import { mergeOptions } from './options.ts';
import { attempt, type Attempted } from './outbox/attempt.ts';
import { createOpenChannels, fullOptions, openChannel } from './outbox/opened.ts';
import { channelsFor, notificationRow } from './outbox/rows.ts';
import { createSender, defaultSenderLimits, type SenderLimits } from './outbox/sender.ts';
import { insertNotifications, startAttempts } from './outbox/store.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import { loadChannels } from './store.ts';
import type { NotificationTable } from './tables.ts';
import { testMessage } from './test-message.ts';
import type { ChannelPorts, NotificationRequest, Publish } from './types.ts';
import { deliveryView } from './views.ts';

export interface NotifyOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** The name of this process among those that share the store. */
  readonly node: string;
  /** The guarded door, under the policy for channels. */
  readonly outbound: Outbound;
  readonly secrets: Secrets;
  readonly publish: Publish;
  /** Where people reach the dashboard, such as `https://custos.example.com`; asked at every message. */
  readonly publicUrl: () => string;
  /** Writes one line to standard output, for the console channel. */
  readonly print?: (line: string) => void;
  readonly policy?: Partial<RetryPolicy>;
  readonly limits?: Partial<SenderLimits>;
}

export interface Notify {
  /**
   * Writes one notification for each channel that takes each request, in the caller's transaction. What
   * was written before under the same (alert, step, channel) is left as it is. Run the result after the
   * commit: it wakes the senders of all nodes.
   */
  enqueue(tx: StateTx, requests: readonly NotificationRequest[]): Promise<AfterCommit>;
  readonly deliveryByAlert: DeliveryService['deliveryByAlert'];
  readonly channels: ChannelService & {
    /** Makes the channels of the configuration file those that are given. */
    applyConfiguration(channels: readonly ConfiguredChannel[]): Promise<void>;
    /** Sends a test through a saved channel, once; it is on record as a delivery. */
    test(id: string): Promise<z.output<typeof channelTestResult>>;
    /** Sends a test through options that are not saved; secrets left out come from `channelId`. */
    try(request: z.output<typeof channelTryRequest>): Promise<z.output<typeof channelTestResult>>;
  };
  readonly deliveries: Omit<DeliveryService, 'deliveryByAlert'>;
  /** Mails to single persons about their own account. */
  readonly letters: Letters;
  /** Adds the built-in channel and starts to send. */
  start(): Promise<void>;
  /** Ends sending; attempts under way have `deadlineMs` to end by themselves. Twice is safe. */
  stop(deadlineMs: number): Promise<void>;
}

/** Wakes the senders of the other nodes. */
const topic = 'notify.outbox';

/** Creates the part that tells people: channels, the outbox and its sender. Nothing happens before `start`. */
export function createNotify(options: NotifyOptions): Notify {
  const { state, clock, log, node, outbound, secrets, publish, publicUrl } = options;
  const limits = { ...defaultSenderLimits, ...options.limits };
  const print = options.print ?? ((line: string) => void process.stdout.write(`${line}\n`));
  const ports: ChannelPorts = { outbound, log, print };
  const sender = createSender({
    state,
    clock,
    log,
    node,
    publish,
    publicUrl,
    limits,
    loadChannels,
    opened: createOpenChannels(secrets, ports),
    policy: { ...defaultRetryPolicy, ...options.policy },
  });
  let unsubscribe: () => void = () => undefined;
  let broadcasting = false;

  /** Wakes every node. Many calls at once become one message. */
  function wakeAll(): void {
    sender.nudge();
    if (state.dialect === 'sqlite' || broadcasting) return;
    broadcasting = true;
    state.broadcast
      .publish(topic, '')
      .catch((error: unknown) => log.debug({ error: messageOf(error) }, 'other nodes could not be woken'))
      .finally(() => {
        broadcasting = false;
      })
      .catch(() => undefined);
  }

  function announce(rows: readonly NotificationTable[]): void {
    for (const row of rows) publish({ type: 'delivery', data: deliveryView(row) });
    if (rows.length > 0) wakeAll();
  }

  const channels = createChannelService({
    state,
    clock,
    secrets,
    outbound,
    onWithdrawn: announce,
    onChanged: (id) => publish({ type: 'changed', data: { resource: 'channels', id } }),
  });
  const { deliveryByAlert, ...deliveries } = createDeliveryService({
    state,
    clock,
    onChanged: (row) => announce([row]),
  });

  return {
    async enqueue(tx, requests) {
      if (requests.length === 0) return nothingAfterCommit;
      const known = await loadChannels(tx);
      const now = clock.now();
      const added: NotificationTable[] = [];
      for (const request of requests) {
        const rows = channelsFor(request, known).map((channel) => notificationRow(request, { channel, now }));
        added.push(...(await insertNotifications(tx, rows)));
      }
      return () => announce(added);
    },

    deliveryByAlert,
    letters: createLetters({ state, secrets, ports }),
    deliveries,

    channels: {
      ...channels,

      async applyConfiguration(wanted) {
        announce(await applyConfiguredChannels(wanted, { state, clock, secrets, outbound }));
        publish({ type: 'changed', data: { resource: 'channels', id: null } });
      },

      async test(id) {
        const now = clock.now();
        const { row, channel } = await state.transaction(async (tx) => {
          const found = (await loadChannels(tx)).get(id);
          if (found === undefined) throw notFound('channel', id);
          const step = newId('test', now);
          const request = { alertId: null, step, message: testMessage(found.name, now) };
          const claimed = {
            ...notificationRow(request, { channel: found, now }),
            attempts: 1,
            fence: 1,
            first_attempt_at: now,
            lease_owner: node,
            lease_until: now + limits.leaseMs,
          };
          await insertNotifications(tx, [claimed]);
          await startAttempts(tx, [claimed], { node, now });
          return { row: claimed, channel: found };
        });
        return resultOf(await sender.sendClaimed(row, channel));
      },

      async try({ kind, options: given, channelId }) {
        const now = clock.now();
        const saved = channelId === undefined ? undefined : (await loadChannels(state.read)).get(channelId);
        if (channelId !== undefined && saved === undefined) throw notFound('channel', channelId);
        const base = saved?.kind === kind ? await fullOptions(saved, secrets) : {};
        const values = checkOptions(kind, mergeOptions(base, given), outbound);
        const ready = openChannel(kind, values, ports);
        const step = newId('try', now);
        const facts = {
          message: testMessage(saved?.name ?? kind, now),
          notificationId: step,
          idempotencyKey: idempotencyKey({ alertId: null, step, channelId: channelId ?? '' }),
          step,
          createdAt: now,
          progress: null,
        };
        const bounds = { timeoutMs: limits.attemptTimeoutMs, signal: new AbortController().signal };
        try {
          return resultOf(await attempt(ready, facts, { clock, publicUrl: publicUrl(), limits: bounds }));
        } finally {
          ready.channel.close();
        }
      },
    },

    async start() {
      await state.transaction((tx) => ensureBuiltIn(tx, clock.now()));
      unsubscribe = state.broadcast.subscribe(topic, () => sender.nudge());
      await sender.start();
    },

    async stop(deadlineMs) {
      unsubscribe();
      await sender.stop(deadlineMs);
    },
  };
}

function resultOf({ result, answer, error, latencyMs }: Attempted): z.output<typeof channelTestResult> {
  return { delivered: result === 'delivered', answer, error, latencyMs };
}
