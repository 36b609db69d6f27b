import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelInput } from '@custos/contract';
import { systemClock, type Clock } from '../../base/clock.ts';
import { silentLogger, type Logger } from '../../base/logger.ts';
import { channelPolicy } from '../../outbound/policy.ts';
import { createOutbound } from '../../outbound/service.ts';
import { createSecrets } from '../../storage/secrets/service.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import type { State } from '../../storage/state/state.ts';
import { createNotify, type Notify, type NotifyOptions } from '../service.ts';
import type { Message, NotificationRequest } from '../types.ts';

export const openOutbound = (clock: Clock = systemClock) =>
  createOutbound({
    policy: {
      ...channelPolicy,
      allowHttp: true,
      internal: ['private', 'localhost'],
      tcpPorts: 'any',
      httpPorts: 'any',
    },
    clock,
    onRefused: () => undefined,
  });

export interface World {
  readonly notify: Notify;
  readonly published: { type: string; data: unknown }[];
  readonly printed: string[];
}

/** The same in every process of a test. */
const key = createHash('sha256').update('a key for tests').digest('base64');

/** Notify with real parts around it, under a policy that lets it reach servers of the test. */
export async function createWorld(
  state: State,
  more: Partial<NotifyOptions> & { readonly clock?: Clock; readonly log?: Logger } = {},
): Promise<World> {
  const published: { type: string; data: unknown }[] = [];
  const printed: string[] = [];
  const clock = more.clock ?? systemClock;
  const notify = createNotify({
    state,
    clock,
    log: silentLogger,
    node: 'node-1',
    outbound: openOutbound(),
    secrets: await createSecrets({ state, keys: parseSecretKeys(key, 'test'), clock }),
    publish: (event) => published.push(event),
    publicUrl: () => 'https://custos.example.com',
    print: (line) => printed.push(line),
    ...more,
  });
  return { notify, published, printed };
}

export function message(more: Partial<Message> = {}): Message {
  return {
    event: 'firing',
    title: 'shop is down',
    summary: 'The shop does not answer.',
    description: 'GET https://shop.example.com/ failed 3 times.',
    severity: 'high',
    labels: { service: 'shop' },
    value: 3,
    threshold: 2,
    startedAt: 1_767_225_600_000,
    resolvedAt: null,
    alertId: 'alr_1',
    probeId: 'prb_1',
    serviceName: 'Shop',
    path: '/alerts/alr_1',
    acknowledgePath: '/acknowledge?token=abc',
    ...more,
  };
}

export function firing(alertId: string, more: Partial<NotificationRequest> = {}): NotificationRequest {
  return { alertId, step: 'firing-1', message: message({ alertId }), channelIds: [], ...more };
}

export function resolved(alertId: string, more: Partial<NotificationRequest> = {}): NotificationRequest {
  const over = message({ alertId, event: 'resolved', resolvedAt: 1_767_225_900_000, acknowledgePath: null });
  return { alertId, step: 'resolved-1', message: over, channelIds: [], ...more };
}

export function channelOf(
  kind: ChannelInput['kind'],
  options: object,
  more: Partial<ChannelInput> = {},
): ChannelInput {
  return {
    name: kind,
    kind,
    options: options as Record<string, unknown>,
    enabled: true,
    isDefault: true,
    minimumSeverity: 'info',
    sendResolved: true,
    fallbackChannelId: null,
    ...more,
  };
}

export async function send(
  state: State,
  notify: Notify,
  requests: readonly NotificationRequest[],
): Promise<void> {
  const afterCommit = await state.transaction((tx) => notify.enqueue(tx, requests));
  afterCommit();
}

/** Waits until `check` holds, in real time. */
export async function until(check: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** A real HTTP server on loopback that keeps what it gets and answers as told (default 200). */
export async function startReceiver(
  answer: (response: ServerResponse, received: Received, count: number) => void = (response) =>
    response.end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { path: request.url ?? '', headers: request.headers, body };
      received.push(one);
      answer(response, one, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
