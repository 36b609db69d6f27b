import type { Request, RequestHandler } from 'express';
import type { Visit } from './access-events.ts';
import { holdResponse } from './held-response.ts';
import { parsedText } from './record-count.ts';
import type { DataAccess, GuardOptions } from './types.ts';
import { mustWait, recordAfter, recordBefore } from './watch.ts';

export { setRecordCount } from './record-count.ts';
export { sessionGuards } from './session/express.ts';
export { sessionOf } from './session/session-of.ts';
export type { CustosSession, RouteNeed, SessionCheck, SessionGuardOptions } from './session/types.ts';
export type { DataAccess, GuardOptions } from './types.ts';

/**
 * Guards routes of Express. Put it before the route's authentication, so that denials pass through it too:
 * who reads is asked when the answer is known.
 *
 * @example
 * const guard = dataAccessGuard({ recorder, actor: (request) => request.user });
 * app.get('/orders', guard({ resource: 'orders' }), authenticate, listOrders);
 */
export function dataAccessGuard(options: GuardOptions<Request>) {
  return (access: DataAccess<Request>): RequestHandler =>
    (request, response, next) => {
      const requestId = request.get('x-request-id');
      const visit: Visit<Request> = {
        request,
        options,
        access,
        facts: {
          method: request.method,
          url: request.originalUrl,
          address: request.ip,
          requestId,
          traceparent: request.get('traceparent'),
        },
      };
      let body: unknown = null;
      let isGiven = false;
      const json = response.json.bind(response);
      const send = response.send.bind(response);
      // `json` calls `send` with the text of what it was given: the first of the two knows the body.
      const note = (value: unknown): void => {
        if (!isGiven) body = value;
        isGiven = true;
      };
      response.json = (value) => {
        note(value);
        return json(value);
      };
      response.send = (value) => {
        note(value);
        return send(value);
      };

      /** The body; where it was written in pieces the response itself, which nobody can count. */
      const bodyNow = (): unknown =>
        isGiven ? parsedText(body, response.get('content-type')) : wasEmpty ? null : response;
      let wasEmpty = false;

      holdResponse(response, (status, isEmpty) => {
        wasEmpty = isEmpty;
        return mustWait(visit, status) ? recordBefore(visit, bodyNow()) : true;
      });
      response.once('finish', () => {
        void recordAfter(visit, { status: response.statusCode, body: bodyNow() });
      });
      next();
    };
}
