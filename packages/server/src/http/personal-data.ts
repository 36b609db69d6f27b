import { personalDataPermission, type Problem } from '@custos/contract';
import type { FastifyRequest, FastifySerializerCompiler } from 'fastify';
import { ResponseSerializationError, serializerCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { compileMasker, type Viewer } from '../base/mask-by-schema.ts';
import { maskText } from '../base/mask-text.ts';
import type { Server } from './types.ts';

/** A reply's body on its way to the serializer, with who reads it. */
class Shown {
  readonly body: unknown;
  readonly viewer: Viewer | null;

  constructor(body: unknown, viewer: Viewer | null) {
    this.body = body;
    this.viewer = viewer;
  }

  /** What a reply without a schema is. */
  toJSON(): unknown {
    return this.body;
  }
}

const bodyOf = (data: unknown): unknown => (data instanceof Shown ? data.body : data);

/**
 * Compiles the serializer of a reply: checks it against its schema and masks the classed fields that the
 * caller may not see. A body that comes without a caller is masked as for nobody. Replies without classed
 * fields cost what they cost without masking.
 */
const compileSerializer: FastifySerializerCompiler<unknown> = (route) => {
  const { schema, method, url } = route;
  const plain = serializerCompiler(route as never);
  const masker = schema instanceof z.core.$ZodType ? compileMasker(schema) : undefined;
  if (masker === undefined) return (data) => plain(bodyOf(data));
  return (data) => {
    const encoded = z.safeEncode(schema as z.ZodType, bodyOf(data) as never);
    if (!encoded.success) throw new ResponseSerializationError(method, url, { cause: encoded.error });
    return JSON.stringify(masker.mask(encoded.data, data instanceof Shown ? data.viewer : null));
  };
};

/**
 * A problem document as its caller may read it: personal data is masked, but for what is the caller's own.
 * What is wrong with an input (`invalid_input`) stays as it is: it says what would be right and repeats
 * nothing that is stored.
 */
export function maskProblem(problem: Problem, request: FastifyRequest): Problem {
  // Errors that the router itself raises come before anybody is known.
  const identity = (request.identity as FastifyRequest['identity'] | undefined) ?? null;
  if (identity?.permissions.has(personalDataPermission) === true) return problem;
  if (problem.code === 'invalid_input') return problem;
  const keep = new Set([request.ip, ...(identity === null ? [] : [identity.email])]);
  const errors = problem.errors?.map(({ field, message }) => ({ field, message: maskText(message, keep) }));
  const detail = maskText(problem.detail, keep);
  return { ...problem, detail, ...(errors === undefined ? {} : { errors }) };
}

/** Masks personal data in every reply that has a schema. Streams and texts are masked where they are made. */
export function installPersonalData(app: Server): void {
  app.setSerializerCompiler(compileSerializer as never);
  app.addHook('preSerialization', async (request, _reply, payload) => new Shown(payload, request.identity));
}
