import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local server in a process of its own, so that its work is not counted as ours. */
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
