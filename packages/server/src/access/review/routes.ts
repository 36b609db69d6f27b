import {
  accessReview,
  byId,
  pageOf,
  pageQuery,
  reviewDecide,
  reviewEvidence,
  reviewLine,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf, contextOf } from '../request-context.ts';
import type { Reviews } from './service.ts';

/** The quarterly list of who has what. */
export function reviewRoutes(reviews: Reviews): Routes {
  return async (app) => {
    app.get(
      '/api/v1/access-reviews',
      {
        schema: { querystring: pageQuery, response: { 200: pageOf(accessReview) } },
        config: { access: 'user.read' },
      },
      async (request) => reviews.list(request.query),
    );

    app.post(
      '/api/v1/access-reviews',
      {
        schema: { response: { 201: accessReview } },
        config: { access: 'user.manage', audit: 'access-review.start' },
      },
      async (request, reply) => {
        const review = await reviews.start(callerOf(request));
        request.auditTarget = { type: 'access-review', id: review.id };
        Object.assign(request.auditDetails, { period: review.period, lines: review.lines });
        return reply.code(201).send(review);
      },
    );

    app.get(
      '/api/v1/access-reviews/:id',
      { schema: { params: byId, response: { 200: accessReview } }, config: { access: 'user.read' } },
      async (request) => reviews.get(request.params.id),
    );

    app.get(
      '/api/v1/access-reviews/:id/lines',
      {
        schema: { params: byId, querystring: pageQuery, response: { 200: pageOf(reviewLine) } },
        config: { access: 'user.read' },
      },
      async (request) => reviews.lines(request.params.id, request.query),
    );

    app.post(
      '/api/v1/access-reviews/:id/decide',
      {
        schema: { params: byId, body: reviewDecide, response: { 200: reviewLine } },
        config: { access: 'user.manage', audit: 'access-review.decide' },
      },
      async (request) => {
        const { line, decision } = request.body;
        request.auditTarget = { type: 'access-review', id: request.params.id };
        Object.assign(request.auditDetails, { line, decision });
        const decided = await reviews.decide(callerOf(request), request.params.id, request.body);
        Object.assign(request.auditDetails, { kind: decided.kind, subject: decided.subject });
        return decided;
      },
    );

    app.post(
      '/api/v1/access-reviews/:id/sign',
      {
        schema: { params: byId, response: { 200: accessReview } },
        config: { access: 'user.manage', audit: 'access-review.sign', stepUp: true },
      },
      async (request) => {
        request.auditTarget = { type: 'access-review', id: request.params.id };
        return reviews.sign(callerOf(request), request.params.id, contextOf(request));
      },
    );

    app.get(
      '/api/v1/access-reviews/:id/evidence',
      {
        schema: { params: byId, response: { 200: reviewEvidence } },
        config: { access: 'user.read', rateClass: 'export' },
      },
      async (request) => reviews.evidence(request.params.id),
    );
  };
}
