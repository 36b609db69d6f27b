import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { contentSecurityPolicy } from './security-headers.ts';
import type { Server } from './types.ts';

/** Doors for programs: an unknown path below them is an error and not a page of the dashboard. */
const doors = /^\/(api|v1|v2|prometheus|alertmanager|loki|ping|livez|readyz|metrics)(\/|$)/;

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Custos</title></head>
<body><main><h1>The dashboard is not built</h1>
<p>Custos runs and its API answers (see <a href="/api/docs">the reference</a>). To build the dashboard, run
<code>npm run build:web</code> and start Custos again, or use <code>npm start</code>, which does both.</p>
</main></body></html>
`;

/**
 * Sends the dashboard's page with a nonce that lets it add style elements. The page finds it in
 * `<meta property="csp-nonce" nonce="...">`, as pages built by Vite do.
 */
async function sendPage(directory: string, reply: FastifyReply): Promise<FastifyReply> {
  let page: string;
  try {
    page = await readFile(join(directory, 'index.html'), 'utf8');
  } catch {
    return reply.code(503).type('text/html; charset=utf-8').send(notBuilt);
  }
  const nonce = randomBytes(18).toString('base64');
  reply.header('content-security-policy', contentSecurityPolicy(nonce));
  return reply
    .type('text/html; charset=utf-8')
    .send(
      page.replace(/<head[^>]*>/i, (head) => `${head}\n    <meta property="csp-nonce" nonce="${nonce}">`),
    );
}

/**
 * Serves the built dashboard: hashed files for a year, precompressed where `.br` or `.gz` lie beside them,
 * and the page itself for every path that is neither a file nor a door for programs.
 */
export async function installDashboardFiles(
  app: Server,
  { directory, isRoute }: { readonly directory: string; readonly isRoute: (path: string) => boolean },
): Promise<void> {
  await app.register(fastifyStatic, {
    root: directory,
    serve: false,
    preCompressed: true,
    suppressWarning: true,
  });
  app.route({
    method: 'GET',
    url: '/*',
    config: { access: 'public' },
    schema: { hide: true } as object,
    handler: async (request, reply) => {
      const path = request.url.split('?')[0] ?? '/';
      // A path that only other methods know must say so, and not show a page.
      if (doors.test(path) || isRoute(path)) {
        reply.callNotFound();
        return reply;
      }
      if (path === '/index.html' || !/\.[A-Za-z0-9]+$/.test(path)) return sendPage(directory, reply);
      const hashed = path.startsWith('/assets/');
      return reply.sendFile(
        decodeURIComponent(path.slice(1)),
        hashed ? { maxAge: '365d', immutable: true } : { maxAge: 0 },
      );
    },
  });
}
