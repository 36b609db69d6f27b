import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { bodyHeaders, withheld } from './watch.ts';

type Callback = (error?: Error | null) => void;

/**
 * Holds everything that is written to a response until `decide` has answered: `true` lets it out in its
 * order, `false` sends 503 in its place. `decide` is asked once, when the first byte or the headers would
 * leave, with the status and whether the answer ends without a body. Meanwhile `write` says that the buffer
 * is full.
 */
export function holdResponse(
  response: ServerResponse,
  decide: (status: number, isEmpty: boolean) => boolean | Promise<boolean>,
): void {
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  const flushHeaders = response.flushHeaders.bind(response);
  const waiting: (() => void)[] = [];
  let state: 'untouched' | 'deciding' | 'released' | 'blocked' = 'untouched';

  function release(): void {
    state = 'released';
    Object.assign(response, { write, end, writeHead, flushHeaders });
    for (const step of waiting.splice(0)) step();
    if (!response.writableEnded) response.emit('drain');
  }

  function block(): void {
    state = 'blocked';
    waiting.length = 0;
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    for (const name of bodyHeaders) response.removeHeader(name);
    for (const [name, value] of Object.entries(withheld.headers)) response.setHeader(name, value);
    response.statusCode = withheld.status;
    response.statusMessage = '';
    // The originals set the headers by calling each other through the response.
    Object.assign(response, { writeHead, flushHeaders });
    end(response.req?.method === 'HEAD' ? undefined : withheld.body);
  }

  function pass(step: () => void, { status = response.statusCode, isEmpty = false } = {}): void {
    if (state === 'blocked') return;
    waiting.push(step);
    if (state !== 'untouched') return;
    state = 'deciding';
    const answer = decide(status, isEmpty);
    if (answer === true) release();
    else if (answer === false) block();
    else answer.then((isFine) => (isFine ? release() : block()), block);
  }

  Object.assign(response, {
    write(...args: unknown[]): boolean {
      pass(() => void write(...args));
      return state === 'released';
    },
    end(...args: unknown[]): ServerResponse {
      const isEmpty = args[0] === undefined || args[0] === null || typeof args[0] === 'function';
      pass(() => void end(...args), { isEmpty });
      return response;
    },
    writeHead(status: number, ...rest: (string | OutgoingHttpHeaders | OutgoingHttpHeader[] | Callback)[]) {
      pass(() => void writeHead(status, ...rest), { status });
      return response;
    },
    flushHeaders(): void {
      pass(flushHeaders);
    },
  });
}
