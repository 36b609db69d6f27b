import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CustosError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { maskProblem } from './personal-data.ts';
import { httpError, problemOf } from './problem.ts';
import type { Server } from './types.ts';

/** Codes of the framework's own errors, with what a caller is told. */
const frameworkErrors: Readonly<Record<string, () => CustosError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => httpError(413, 'payload_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    httpError(415, 'unsupported_media_type', 'Send the body as application/json.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    httpError(400, 'malformed_request', 'The content type says JSON and the body is empty.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => httpError(400, 'malformed_request', 'The body is not valid JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    httpError(400, 'malformed_request', 'The body is not as long as its Content-Length says.'),
  FST_ERR_BAD_URL: () => httpError(400, 'malformed_request', 'The path holds an invalid escape.'),
};

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** What the caller is told about anything that was thrown; undefined when it is a defect of ours. */
function publicError(error: unknown): CustosError | undefined {
  if (error instanceof CustosError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const known = typeof code === 'string' ? frameworkErrors[code] : undefined;
  if (known !== undefined) return known();
  const status = statusOf(error);
  // Other refusals of the framework's parsers, such as a forbidden `__proto__` key in JSON.
  if (status !== undefined && status >= 400 && status < 500) {
    return httpError(
      400,
      'malformed_request',
      `The request cannot be read: ${STATUS_CODES[status] ?? status}.`,
    );
  }
  return undefined;
}

/** Answers with a problem document. Used by the error handler and where no route was found. */
export async function sendProblem(
  error: CustosError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterSeconds));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="custos"');
  await reply
    .code(error.status)
    .serializer((body: unknown) => JSON.stringify(body))
    .type('application/problem+json')
    .send(maskProblem(problemOf(error, request.id), request));
}

/**
 * Turns whatever a route throws into a problem document (RFC 9457). A defect is logged with its stack
 * under the request's id, and the caller gets `internal_error` and that id only.
 */
export function installErrorReplies(app: Server, log: Logger): void {
  app.setErrorHandler(async (error: unknown, request, reply) => {
    const known = publicError(error);
    if (known !== undefined) {
      if (known.status >= 500) {
        log.error(
          { requestId: request.id, code: known.code, reason: messageOf(known.cause ?? known) },
          'request refused',
        );
      }
      return sendProblem(known, request, reply);
    }
    const stack = error instanceof Error ? error.stack : undefined;
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : undefined;
    log.error(
      { requestId: request.id, route: request.routeOptions.url, reason: messageOf(error), cause, stack },
      'request failed with a defect',
    );
    return sendProblem(httpError(500, 'internal_error'), request, reply);
  });
}
