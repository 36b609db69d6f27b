import { logIngestReply } from '@custos/contract';
import { z } from 'zod';
import type { Routes } from '../../http/types.ts';
import type { RecordIntake, Refusal } from '../types.ts';
import { mediaType } from './body.ts';
import { createDoor, createRefusals, type DoorOptions } from './door.ts';
import { routeOf, sentBody, speak } from './routes-protocol.ts';
import { unreadable } from './errors.ts';
import { checkLines, checkMarks } from './json.ts';
import { readArray, readLines, type ReadLines } from './ndjson.ts';

export interface NdjsonOptions extends DoorOptions {
  readonly records: RecordIntake;
}

/** For senders whose lines do not name them. */
const query = z.object({
  service: z.string().max(200).default(''),
  host: z.string().max(200).default(''),
});
const mostFaults = 100;
const bracket = '['.charCodeAt(0);

const refusalsOf = (faults: ReadLines['faults']): Refusal[] => {
  const refusals = createRefusals();
  for (const { reason, message } of faults) refusals.add({ reason, message, count: 1 });
  return refusals.list();
};

/**
 * `POST /api/v1/logs`: newline-delimited JSON, a JSON array of objects, or (as `text/plain`) lines of text.
 * Lines that are wrong are named in the answer and the others are kept; 400 when no line could be read.
 */
export function ndjsonRoutes(options: NdjsonOptions): Routes {
  const { records, clock } = options;
  const door = createDoor('ndjson', options);

  return async (server) => {
    speak(server, door, { signalOf: () => 'logs' });

    server.post(
      '/api/v1/logs',
      {
        ...routeOf(door),
        schema: { querystring: query, response: { 200: logIngestReply } },
      },
      async (request) => {
        const source = door.sourceOf(request, 'logs');
        const sent = sentBody(request);
        const body = await door.open(request, sent, { taken: ['identity', 'gzip', 'deflate', 'zstd'] });
        const defaults = { ...request.query, timeMs: clock.now(), severity: 'info' } as const;
        checkLines(body);
        checkMarks(body);
        const kind = mediaType(request.headers['content-type']) === 'text/plain' ? 'text' : 'json';
        const read =
          (kind === 'json' && body[0] === bracket ? readArray(body, defaults) : undefined) ??
          readLines(body, kind, defaults);
        if (read.records.length === 0 && read.faults.length > 0) {
          const [first] = read.faults;
          throw unreadable(`None of ${read.faults.length} lines could be read. ${first?.message ?? ''}`);
        }
        const kept = await records.append(read.records, source);
        const refusals = [...refusalsOf(read.faults), ...kept.refusals];
        const acceptance = { accepted: kept.accepted, refusals };
        door.count(request, source, { acceptance, bytes: body.length });
        return {
          accepted: kept.accepted,
          refused: refusals.reduce((total, { count }) => total + count, 0),
          errors: [
            ...read.faults.slice(0, mostFaults).map((fault) => ({ ...fault, count: 1 })),
            ...kept.refusals.map((refusal) => ({ ...refusal, line: null })),
          ],
        };
      },
    );
  };
}
