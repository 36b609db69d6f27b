import { probeInput, serviceInput, type StreamEvent } from '@custos/contract';
import type { z } from 'zod';
import { systemClock, type Clock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { OutboundError } from '../../outbound/errors.ts';
import type { Outbound, OutboundResponse } from '../../outbound/types.ts';
import type { State } from '../../storage/state/state.ts';
import { createHistory } from '../history.ts';
import type { SecretStore } from '../probe-secrets.ts';
import { createProbes, type Probes, type ProbesOptions } from '../service.ts';
import type { ProbeFacts, ResultRow } from '../types.ts';
import { unavailable } from '../../base/errors.ts';

/** How a host of the test answers; `doubt` fails as a name that is not resolved. */
type Answer = 'ok' | 'fails' | 'doubt' | 'hangs';

export interface Fixture {
  readonly probes: Probes;
  /** How each host answers, by name; `ok` when not said. */
  readonly answers: Map<string, Answer>;
  readonly facts: ProbeFacts[];
  readonly forgotten: string[];
  readonly rows: ResultRow[];
  readonly events: StreamEvent[];
  readonly secrets: Map<string, string>;
  readonly asked: string[];
  /** Makes a probe of a host that is checked once an hour, so that the test decides when. */
  probe(name: string, input?: Partial<z.input<typeof probeInput>>): Promise<string>;
  service(name: string, dependsOn?: readonly string[]): Promise<string>;
  /** Lets a host answer like this and checks the probe `times` times. */
  see(id: string, answer: Answer, times?: number): Promise<void>;
  statusOf(id: string): Promise<string>;
}

function answer(url: string, how: Answer, signal: AbortSignal | undefined): Promise<OutboundResponse> {
  if (how === 'hangs') {
    return new Promise((_, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('called off'))),
    );
  }
  if (how === 'doubt') {
    return Promise.reject(
      new OutboundError('outbound_dns', 'The name could not be resolved.', {
        retryable: true,
        ownNetwork: true,
      }),
    );
  }
  const timing = { dnsMs: 0, connectMs: 1, tlsMs: 0, firstByteMs: 1, totalMs: 2 };
  return Promise.resolve({
    status: how === 'ok' ? 200 : 500,
    headers: {},
    body: Buffer.from('{"status":"ok"}'),
    truncated: false,
    timing,
    address: '192.0.2.1',
    reused: false,
    url,
  });
}

function memorySecrets(kept: Map<string, string>): SecretStore {
  return {
    put: async (name, value) => void kept.set(name, value),
    get: async (name) => kept.get(name),
    remove: async (name) => kept.delete(name),
  };
}

/** Probes on a real store, with hosts whose answers the test decides. */
export async function openFixture(
  state: State,
  overrides: Partial<ProbesOptions> & { readonly clock?: Clock } = {},
): Promise<Fixture> {
  const answers = new Map<string, Answer>();
  const facts: ProbeFacts[] = [];
  const forgotten: string[] = [];
  const rows: ResultRow[] = [];
  const events: StreamEvent[] = [];
  const asked: string[] = [];
  const secrets = new Map<string, string>();
  const refuse = (): never => {
    throw new Error('not part of this test');
  };
  const outbound: Outbound = {
    request: ({ url, signal }) => {
      const { hostname } = new URL(url);
      asked.push(hostname);
      return answer(url, answers.get(hostname) ?? 'ok', signal);
    },
    connect: refuse,
    checkTarget: refuse,
    checkUrl: (url) => new URL(url),
    close: () => undefined,
  };
  const probes = createProbes({
    state,
    clock: systemClock,
    log: silentLogger,
    outbound,
    secrets: memorySecrets(secrets),
    observer: {
      observe: async (_tx, seen) => {
        const kept = [...seen];
        return () => void facts.push(...kept);
      },
      forget: async (_tx, ids) => {
        const gone = [...ids];
        return () => void forgotten.push(...gone);
      },
    },
    sink: { record: (seen) => void rows.push(...seen) },
    publish: (event) => void events.push(event),
    history: createHistory({
      query: async () => {
        throw unavailable('columns_unavailable', 'away');
      },
    }),
    hostNetworkWorks: async () => null,
    ...overrides,
  });
  const hosts = new Map<string, string>();

  return {
    probes,
    answers,
    facts,
    forgotten,
    rows,
    events,
    secrets,
    asked,
    async probe(name, input = {}) {
      const host = `${name.toLowerCase().replaceAll(' ', '-')}.example.com`;
      const made = await probes.create(
        probeInput.parse({
          name,
          kind: 'http',
          intervalMs: 3_600_000,
          ...input,
          options: { url: `https://${host}/`, ...input.options },
        }),
      );
      hosts.set(made.id, host);
      // A new probe is checked at once.
      for (let turn = 0; !made.paused && turn < 1000; turn += 1) {
        if ((await probes.probe(made.id)).lastResult !== null) break;
        await systemClock.sleep(5);
      }
      return made.id;
    },
    async service(name, dependsOn = []) {
      const made = await probes.createService(serviceInput.parse({ name, dependsOn: [...dependsOn] }));
      return made.id;
    },
    async see(id, how, times = 1) {
      answers.set(hosts.get(id) ?? '', how);
      for (let turn = 0; turn < times; turn += 1) await probes.checkNow(id);
    },
    async statusOf(id) {
      return id.startsWith('svc') ? (await probes.service(id)).status : (await probes.probe(id)).status;
    },
  };
}
