import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@custos/client';
import { createTileVerifier, httpResources, type FetchResource } from '@custos/client/ledger';
import { submissionAnswer, type Permission, type SubmissionAnswer } from '@custos/contract';
import { verifyServedTree } from '../src/app/audit/host/served-tree.ts';
import { decodeBundle } from '../src/audit/log/formats/entry-bundle.ts';
import { tilePath, tileWidthAt } from '../src/audit/log/formats/tile-paths.ts';
import { tileWidth } from '../src/audit/log/merkle/frontier.ts';

/** No source is slowed or dropped; for tests that are not about that. */
export const unlimited = { RATE_LIMIT_PER_SECOND: 1_000_000, RATE_LIMIT_BURST: 1_000_000 } as const;

/** Makes a token; its name is the source of what it sends. */
export async function tokenFor(client: Client, name: string, permissions: Permission[]): Promise<string> {
  return (await client.tokens.create({ name, permissions, expiresInDays: 1 })).token;
}

export interface Posting {
  readonly token: string;
  readonly key?: string;
  readonly acknowledgement?: string;
}

/** Sends events as any program does. */
export function postEvents(url: string, events: unknown, posting: Posting): Promise<Response> {
  const { token, key, acknowledgement } = posting;
  const query = acknowledgement === undefined ? '' : `?acknowledgement=${acknowledgement}`;
  return fetch(`${url}/api/v1/audit/events${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: typeof events === 'string' ? events : JSON.stringify(events),
  });
}

/** Sends events that must be answered; what became of each. */
export async function sendEvents(
  url: string,
  events: readonly unknown[],
  posting: Posting,
): Promise<SubmissionAnswer['results']> {
  const response = await postEvents(url, events, posting);
  if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
  return submissionAnswer.parse(await response.json()).results;
}

/** A log as those outside know it. */
export interface PublicLog {
  readonly name: string;
  readonly origin: string;
  readonly vkey: string;
}

/** The logs with their keys, from the ledger page. */
export async function publicLogs(client: Client): Promise<PublicLog[]> {
  const { logs } = await client.audit.ledger.status();
  return logs.map(({ name, origin, verifierKeys }) => ({ name, origin, vkey: verifierKeys[0] ?? '' }));
}

/** What a log serves over HTTP; without a token where everybody may read. */
export const resourcesOf = (url: string, { origin }: PublicLog, token?: string): FetchResource =>
  httpResources(
    `${url}/ledger/${origin}`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );

/** Reads every entry of a log over HTTP, after its signature and its whole tree were verified. */
export async function readServedLog(url: string, log: PublicLog, token?: string): Promise<Buffer[]> {
  const fetch = resourcesOf(url, log, token);
  const verdict = await createTileVerifier({ fetch, vkey: log.vkey }).checkpoint();
  if (!verdict.verified) throw new Error(`${log.origin}: ${verdict.reason}`);
  const { size, root } = verdict.checkpoint;
  const { findings } = await verifyServedTree({ fetch, size, root });
  if (findings.length > 0) throw new Error(`${log.origin}: ${findings[0]?.message}`);
  const bundles = Array.from({ length: Math.ceil(size / tileWidth) }, async (_, index) => {
    const width = tileWidthAt(size, 0, index);
    const partial = await fetch(tilePath({ level: 'entries', index, width }));
    const bytes = partial ?? (await fetch(tilePath({ level: 'entries', index, width: tileWidth })));
    return decodeBundle(Buffer.from(bytes ?? [])).slice(0, width);
  });
  return (await Promise.all(bundles)).flat();
}

/** Every different checkpoint that was served while it watched, by origin. */
export interface CheckpointWatch {
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  end(): Promise<void>;
}

/** Collects what servers sign; they may be gone at times. */
export function watchCheckpoints(urls: readonly string[], logs: readonly PublicLog[]): CheckpointWatch {
  const seen = new Map(logs.map(({ origin }) => [origin, new Set<string>()]));
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const url of urls) {
        for (const log of logs) {
          const note = await resourcesOf(url, log)('checkpoint').catch(() => undefined);
          if (note !== undefined) seen.get(log.origin)?.add(Buffer.from(note).toString());
        }
      }
      await delay(100, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    seen,
    async end() {
      over.abort();
      await watching;
    },
  };
}

/**
 * What speaks against one history behind these checkpoints. Each is proven to be the beginning of the newest
 * one, so any two of them are consistent as well.
 */
export async function contradictions(
  url: string,
  log: PublicLog,
  notes: Iterable<string>,
): Promise<string[]> {
  const verifier = createTileVerifier({ fetch: resourcesOf(url, log), vkey: log.vkey });
  const found: string[] = [];
  for (const note of notes) {
    const verdict = await verifier.verifyConsistency(note);
    if (!verdict.verified) found.push(`${log.origin}: ${verdict.reason}`);
  }
  return found;
}
