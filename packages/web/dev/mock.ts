import type { IncomingMessage, ServerResponse } from 'node:http';
import { streamEvents, type StreamEventType } from '@custos/contract';
import type { z } from 'zod';
import { routes, type Answer, type Call } from './mock-routes.ts';
import { ledgerResource } from './mock-audit.ts';
import { random } from './chance.ts';
import { answerMetrics } from './mock-metrics.ts';
import { createWorld, type World } from './world.ts';

function send(reply: ServerResponse, status: number, body: unknown): void {
  reply.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
  reply.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Writes beats of random probes for as long as the reader listens. */
function stream(world: World, reply: ServerResponse): void {
  reply.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  reply.write('retry: 1000\n\n');
  let sequence = 0;
  const emit = (type: StreamEventType, data: unknown): void => {
    sequence += 1;
    const encoded = (streamEvents[type] as z.ZodType).encode(data);
    reply.write(`id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify(encoded)}\n\n`);
  };
  const timer = setInterval(() => {
    const amount = Math.max(1, Math.round(world.probes.length / 30));
    for (let index = 0; index < amount; index += 1) {
      const probe = world.probes[Math.floor(random() * world.probes.length)];
      const last = probe?.beats.at(-1);
      if (probe === undefined || last === undefined || last.status === 'maintenance' || probe.paused)
        continue;
      const latencyMs =
        last.latencyMs === null ? null : Math.max(1, last.latencyMs * (0.95 + random() * 0.1));
      const at = Date.now();
      probe.beats = [...probe.beats.slice(1), { at, status: last.status, latencyMs }];
      emit('probe.result', {
        probeId: probe.id,
        at,
        status: last.status,
        latencyMs,
        message: probe.statusReason,
      });
    }
  }, 1000);
  reply.on('close', () => clearInterval(timer));
}

/**
 * A stand-in for the server, for looking at the dashboard without one. Every answer is encoded with the
 * contract's schemas, so a drift shows at once. Returns whether it took the request.
 *
 * What it shows follows environment variables: CUSTOS_MOCK_PROBES=1000 adds probes, CUSTOS_MOCK_STATE is
 * one of `empty`, `setup`, `signed-out`, `broken`, `viewer`, `slow`, `columns-down`; of the ledger also `bare`, `busy`, `forked`.
 */
export function createMock(): (request: IncomingMessage, reply: ServerResponse) => boolean {
  const state = { name: process.env['CUSTOS_MOCK_STATE'] ?? '' };
  const world = createWorld(Number(process.env['CUSTOS_MOCK_PROBES'] ?? 0));

  async function handle(request: IncomingMessage, reply: ServerResponse, url: URL): Promise<void> {
    const shown = state.name;
    if (shown === 'slow') await new Promise((resolve) => setTimeout(resolve, 60_000));
    const path = url.pathname.replace('/api/v1', '');
    for (const route of routes) {
      const match = new RegExp(`^${route.path.replaceAll(':id', '([^/]+)')}$`).exec(path);
      if (match === null || route.method !== request.method) continue;
      const body = request.method === 'GET' ? {} : await bodyOf(request);
      const call: Call = { world, state: shown, id: match[1] ?? '', query: url.searchParams, body };
      const answer: Answer = route.run(call);
      if ('problem' in answer) {
        const { status, code, detail, errors } = answer.problem;
        return send(reply, status, {
          type: `https://custos.dev/problems/${code}`,
          title: code,
          status,
          code,
          detail,
          requestId: 'req_7f3k2m9q',
          ...(errors === undefined ? {} : { errors }),
        });
      }
      return send(reply, 200, answer.schema.encode(answer.value));
    }
    send(reply, 404, {
      type: 'about:blank',
      title: 'not_found',
      status: 404,
      code: 'not_found',
      detail: `No ${path}`,
      requestId: 'req_1',
    });
  }

  return (request, reply) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname === '/mock/state') {
      state.name = url.searchParams.get('name') ?? '';
      send(reply, 200, { ok: true });
      return true;
    }
    if (url.pathname.startsWith('/ledger/')) {
      const found = ledgerResource(url.pathname);
      reply.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' });
      reply.end(found);
      return true;
    }
    if (answerMetrics(request, reply, state.name)) return true;
    if (!url.pathname.startsWith('/api/')) return false;
    if (url.pathname === '/api/v1/stream') {
      if (state.name === 'offline') send(reply, 503, {});
      else stream(world, reply);
      return true;
    }
    handle(request, reply, url).catch((error: unknown) => send(reply, 500, { title: String(error) }));
    return true;
  };
}
