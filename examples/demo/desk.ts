import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Inbox } from './inbox.ts';
import { faults, type Switches } from './switches.ts';

/** The demo's own little web server: the page with the switches and the inbox. */
export interface Desk {
  close(): Promise<void>;
}

export interface DeskOptions {
  readonly port: number;
  readonly inbox: Inbox;
  readonly switches: Switches;
  readonly addresses: { readonly custos: string; readonly shop: string; readonly desk: string };
}

/** The page's one script is allowed by its hash (CSP Level 3, section 6.7.3.3), and no other. */
function contentPolicy(): string {
  const html = readFileSync(new URL('desk.html', import.meta.url), 'utf8');
  const script = /<script[^>]*>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  return `default-src 'self'; script-src 'sha256-${hash}'; img-src data:; frame-ancestors 'none'`;
}

const mostBytes = 256 * 1024;
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['desk.html', 'text/html'],
  '/control': ['desk.html', 'text/html'],
  '/desk.css': ['desk.css', 'text/css'],
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Starts the page with the switches and the inbox, on loopback. */
export async function startDesk({ port, inbox, switches, addresses }: DeskOptions): Promise<Desk> {
  const json = (response: ServerResponse, status: number, body: object): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(`${JSON.stringify(body)}\n`);
  };

  const policy = contentPolicy();

  async function storage(): Promise<object | null> {
    try {
      const reply = await fetch(`${addresses.shop}/storage`, { signal: AbortSignal.timeout(500) });
      return (await reply.json()) as object;
    } catch {
      return null;
    }
  }

  async function post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = request.headers;
    // Another web site that is open in the browser must not press the switches.
    if (origin !== undefined && new URL(origin).host !== request.headers.host) {
      json(response, 403, { error: 'only this page and programs may do this' });
      return;
    }
    if (path === '/inbox') {
      const body = await bodyOf(request);
      response.writeHead(inbox.takeWebhook(body, String(request.headers['custos-signature'] ?? ''))).end();
      return;
    }
    const wanted = faults.find((fault) => path === `/break/${fault}`);
    if (path === '/heal') await switches.heal();
    else if (wanted !== undefined) await switches.breakIt(wanted);
    else {
      json(response, 404, {
        error: `there are /heal and ${faults.map((name) => `/break/${name}`).join(', ')}`,
      });
      return;
    }
    json(response, 200, { fault: switches.fault() });
  }

  async function get(path: string, response: ServerResponse): Promise<void> {
    if (path === '/state') {
      const state = { fault: switches.fault(), storage: await storage(), addresses, inbox: inbox.entries() };
      json(response, 200, state);
      return;
    }
    const [file, type] = files[path] ?? [];
    if (file === undefined) {
      json(response, 404, { error: 'not found' });
      return;
    }
    response
      .writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      })
      .end(readFileSync(new URL(file, import.meta.url)));
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://desk').pathname;
    const work = request.method === 'POST' ? post(path, request, response) : get(path, response);
    work.catch((error: unknown) => {
      if (!response.headersSent) json(response, 500, { error: String(error) });
      else response.destroy();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
