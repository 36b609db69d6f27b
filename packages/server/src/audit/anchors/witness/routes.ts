import type { Routes } from '../../../http/types.ts';
import type { WitnessService } from './service.ts';

export interface WitnessRouteParts {
  readonly witness: Pick<WitnessService, 'addCheckpoint'>;
}

/** 63 lines of proof and a checkpoint with a dozen post-quantum signatures fit in half of it. */
const bodyLimit = 64 * 1024;
/** A log submits a checkpoint about once a second. */
const requestsPerMinute = 600;

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The body as text; empty, which is no request, when it is not UTF-8. */
function textOf(body: unknown): string {
  try {
    return Buffer.isBuffer(body) ? text.decode(body) : '';
  } catch {
    return '';
  }
}

/**
 * `POST /witness/add-checkpoint` (C2SP tlog-witness; the submission prefix is `/witness`). Answers anybody:
 * the signature on the checkpoint says who asks. Register it only where this installation is a witness.
 */
export function witnessRoutes({ witness }: WitnessRouteParts): Routes {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit },
      async (_request: unknown, body: Buffer) => body,
    );
    app.route({
      method: 'POST',
      url: '/witness/add-checkpoint',
      bodyLimit,
      config: { access: 'public', anyOrigin: true, requestsPerMinute },
      schema: {
        summary: 'Cosign a checkpoint of a log that this installation watches (C2SP tlog-witness)',
        description:
          'The body is `old SIZE`, the lines of a consistency proof, an empty line and the checkpoint. Answers ' +
          '200 with cosignatures; 400, 403, 404 or 422 in plain text; 409 with the size that was cosigned last.',
        tags: ['ledger'],
        consumes: ['text/plain'],
        produces: ['text/plain'],
      },
      handler: async (request, reply) => {
        const { status, contentType, body } = await witness.addCheckpoint(textOf(request.body));
        // As bytes, so that nothing is added to the type, which the specification fixes.
        return reply.code(status).header('content-type', contentType).send(Buffer.from(body));
      },
    });
  };
}
