// Serves the built dashboard with made-up data under the content security policy that the server sends:
// node dev/serve.ts [port] [folder of the build]
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMock } from './mock.ts';

const dist = process.argv[3] ?? fileURLToPath(new URL('../dist/', import.meta.url));
const port = Number(process.argv[2] ?? 4611);
const answer = createMock();
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const policyWith = (nonce: string): string =>
  `default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; worker-src 'self'; img-src 'self' data:`;

createServer((request, reply) => {
  if (answer(request, reply)) return;
  const path = normalize(new URL(request.url ?? '/', 'http://mock').pathname);
  const asked = join(dist, path);
  const file =
    asked.startsWith(dist) && existsSync(asked) && statSync(asked).isFile()
      ? asked
      : join(dist, 'index.html');
  const nonce = randomBytes(18).toString('base64');
  const headers: Record<string, string> = {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': policyWith(nonce),
  };
  if (file.endsWith('index.html')) {
    reply.writeHead(200, headers);
    const page = readFileSync(file, 'utf8');
    reply.end(page.replace('<head>', `<head><meta property="csp-nonce" nonce="${nonce}">`));
    return;
  }
  const compressed = existsSync(`${file}.br`) && String(request.headers['accept-encoding']).includes('br');
  if (compressed) headers['content-encoding'] = 'br';
  reply.writeHead(200, headers);
  createReadStream(compressed ? `${file}.br` : file).pipe(reply);
}).listen(port, '127.0.0.1');
