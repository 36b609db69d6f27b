import type { TelemetrySignal } from '@custos/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CustosError } from '../../base/errors.ts';
import type { Server } from '../../http/types.ts';
import type { Door } from './door.ts';

/** What the answers of a protocol look like when a request is refused as a whole. */
export interface Protocol {
  readonly signalOf: (request: FastifyRequest) => TelemetrySignal;
  /** The refusal in the protocol's own words; the server's own form of an error when this is left out. */
  readonly refuse?: (
    refusal: CustosError,
    request: FastifyRequest,
  ) => { readonly type: string; readonly body: string | Buffer };
}

/** Who may not send is told so in the protocol's words as well, and counted by nobody: it has no source. */
const isDenial = (error: unknown): error is CustosError =>
  error instanceof CustosError && (error.status === 401 || error.status === 403);

/**
 * Makes the routes that follow on `server` those of `door`: bodies come as they are sent, whatever their
 * content type says, and faults are counted and told in the words of the protocol.
 */
export function speak(server: Server, door: Door, { signalOf, refuse }: Protocol): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: door.limits.bodyBytes },
    async (_request: unknown, body: Buffer) => body,
  );
  server.setErrorHandler(async (error, request, reply) => {
    const refusal = isDenial(error) ? error : door.refuse(door.sourceOf(request, signalOf(request)), error);
    if (refuse === undefined) throw refusal;
    const { retryAfterSeconds: seconds } = refusal;
    if (seconds !== undefined) reply.header('retry-after', Math.ceil(seconds));
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="custos"');
    const { type, body } = refuse(refusal, request);
    return sendAs(reply.code(refusal.status), type, body);
  });
}

/** Settings that the routes of every door have. */
export const routeOf = (door: Door) =>
  ({
    config: { access: 'telemetry.ingest', anyOrigin: true, ownLimits: true },
    bodyLimit: door.limits.bodyBytes,
    // The server's own decompression knows no bound, fewer encodings and no snappy.
    decompress: false,
  }) as const;

/** The body as it was sent; empty when there was none. */
export const sentBody = ({ body }: { readonly body: unknown }): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.alloc(0);

/** Plain words, for protocols whose senders show them to people as they are. */
export const plainText = 'text/plain; charset=utf-8';

/** Answers with text or bytes as they stand. */
export const sendAs = (reply: FastifyReply, type: string, body: string | Buffer): FastifyReply =>
  reply
    .type(type)
    .serializer((given: unknown) => given as string)
    .send(body);
