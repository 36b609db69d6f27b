import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { notFound } from '../base/errors.ts';
import { httpError } from '../http/problem.ts';
import type { Routes } from '../http/types.ts';
import { locate, type LedgerLocation } from './ledger-locations.ts';
import { parseTilePath } from './log/formats/tile-paths.ts';
import { tileWidth } from './log/merkle/frontier.ts';
import type { Ledger } from './log/ledger-types.ts';
import { recordRequest } from './routes-record.ts';
import type { AuditLog } from './types.ts';

/** What anybody may read without a sign-in: nothing, checkpoints and hashes, or entries too. */
export type LedgerOpenness = 'off' | 'hashes' | 'all';

export interface TileRouteParts {
  readonly ledger: Pick<Ledger, 'names' | 'reader'>;
  readonly openness: LedgerOpenness;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** Tiles never change; a year is what caches take for "for ever" (RFC 9111 sets no limit). */
const forEver = 'max-age=31536000, immutable';
/** Verifying a log of a million entries takes some eight thousand tiles and bundles. */
const requestsPerMinute = 12_000;
/** One record stands for what somebody reads of a log in this time. */
const readingMs = 10 * 60_000;
const readersRemembered = 10_000;

/** At its fastest, as all answers here: a bundle may have 16 MB, and anybody may ask for many. */
const compression: ZlibOptions = { level: 1 };
const compressed = promisify<Buffer, ZlibOptions, Buffer>(gzip);

/** True when `Accept-Encoding` takes gzip (RFC 9110, 12.5.3). */
function takesGzip(header: string | string[] | undefined): boolean {
  const weights = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim());
        const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
        return [coding, weight === undefined ? 1 : Number(weight)] as const;
      }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/**
 * Puts the reading of entries on record, once in ten minutes for each reader and log: a record for each
 * bundle would be a new entry for whoever follows the log, who would read it, and so on without end.
 */
function createReadingRecord({ audit, clock }: Pick<TileRouteParts, 'audit' | 'clock'>) {
  const recorded = new Map<string, number>();
  return async (request: FastifyRequest, { log, from }: { log: string; from: number }): Promise<void> => {
    const who = request.identity?.tokenId ?? request.identity?.userId ?? '';
    const key = `${who} ${log}`;
    const now = clock.monotonic();
    if (now - (recorded.get(key) ?? -readingMs) < readingMs) return;
    await recordRequest(audit, request, {
      action: 'ledger.read',
      target: { type: 'audit-log', id: log },
      details: { from, minutes: readingMs / 60_000 },
    });
    if (recorded.size >= readersRemembered) recorded.clear();
    recorded.set(key, now);
  };
}

/**
 * `GET /ledger/<origin>/checkpoint` and `/ledger/<origin>/tile/...`: every log as C2SP tlog-tiles serves it,
 * so that third-party tools verify it. Who may read follows from `openness`; the rest needs `audit.read`.
 */
export function tileRoutes(parts: TileRouteParts): Routes {
  const { ledger, openness, audit } = parts;
  const recordReading = createReadingRecord(parts);

  async function requireReader(request: FastifyRequest, path: string): Promise<void> {
    const { identity } = request;
    if (identity === null) throw httpError(401, 'unauthenticated');
    if (identity.permissions.has('audit.read')) return;
    const details = { code: 'forbidden', method: 'GET', route: '/ledger/*', access: 'audit.read', path };
    const denial = { action: 'access.deny', outcome: 'denied', details } as const;
    // The refusal matters more than the record of it.
    await recordRequest(audit, request, denial).catch(() => undefined);
    throw httpError(403, 'forbidden', 'This needs the permission audit.read.');
  }

  /** Lets caches and pages of other origins have what everybody may read. */
  function share(reply: FastifyReply, isOpen: boolean): 'public' | 'private' {
    if (!isOpen) return 'private';
    reply.header('access-control-allow-origin', '*');
    reply.header('cross-origin-resource-policy', 'cross-origin');
    return 'public';
  }

  async function sendCheckpoint({ reader }: LedgerLocation, reply: FastifyReply): Promise<FastifyReply> {
    const note = await reader.resource('checkpoint');
    if (note === undefined) throw notFound('checkpoint yet of the log', reader.origin());
    reply.header('cache-control', `${share(reply, openness !== 'off')}, no-cache`);
    return reply.header('content-type', 'text/plain; charset=utf-8').send(note);
  }

  return async (app) => {
    app.route({
      method: 'GET',
      url: '/ledger/*',
      // With `off` the server asks for the permission itself, before anything here runs.
      config: { access: openness === 'off' ? 'audit.read' : 'public', requestsPerMinute },
      schema: {
        summary: 'A log as C2SP tlog-tiles: /ledger/ORIGIN/checkpoint and /ledger/ORIGIN/tile/...',
        description:
          'Hash tiles and entry bundles are immutable; bundles come compressed to who accepts gzip. ' +
          'Which parts need `audit.read` is configured as `audit.public`.',
        tags: ['ledger'],
        params: z.object({ '*': z.string() }),
        produces: ['text/plain', 'application/octet-stream'],
      },
      handler: async (request, reply) => {
        const path = request.params['*'];
        const location = locate(ledger, path);
        const tile = location === undefined ? undefined : parseTilePath(location.resource);
        const isEntries = tile?.level === 'entries';
        const isOpen = openness === 'all' || (openness === 'hashes' && !isEntries);
        if (!isOpen) await requireReader(request, path);
        if (location?.resource === 'checkpoint') return sendCheckpoint(location, reply);
        if (location === undefined || tile === undefined) throw notFound('resource of a log', path);

        const { reader, resource } = location;
        const found = await reader.resource(resource);
        if (found === undefined) throw notFound('resource of a log', path);
        reply.header('content-type', 'application/octet-stream');
        const caching = share(reply, isOpen);
        // A copy, because the last bundle is memory that the writer goes on with.
        const bytes = Buffer.from(found);
        if (!isEntries) return reply.header('cache-control', `${caching}, ${forEver}`).send(bytes);

        if (isOpen) reply.header('cache-control', `${caching}, ${forEver}`);
        // What is confidential keeps the server's own `no-store`: a browser's cache is no place for it.
        else await recordReading(request, { log: reader.name, from: tile.index * tileWidth });
        reply.header('vary', 'accept-encoding');
        if (!takesGzip(request.headers['accept-encoding'])) return reply.send(bytes);
        return reply.header('content-encoding', 'gzip').send(await compressed(bytes, compression));
      },
    });
  };
}
