import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { serveParent, settingsOf } from './child.ts';
import { createShopLog, type LogTarget } from './shop-log.ts';
import { createShopMetrics } from './shop-metrics.ts';
import { openOrders } from './shop-orders.ts';
import { shopPage } from './shop-page.ts';
import { megabyte, openStorage } from './shop-storage.ts';

/**
 * The shop that the demo watches: a plain HTTP service with a PostgreSQL behind it, in a process of its
 * own. It breaks for real when told to: it answers late, answers 500, or fills its storage with files.
 */
export interface ShopSettings {
  readonly port: number;
  readonly databaseUrl: string;
  readonly storageDirectory: string;
  readonly storageMb: number;
  /** Page with the switches. */
  readonly controlUrl: string;
}

/** How it can be broken while it runs. */
export type ShopMode = 'healthy' | 'slow' | 'errors' | 'disk';
export interface ShopOrder {
  readonly mode: ShopMode;
  /** Where it sends its log from now on; null ends that. */
  readonly log?: LogTarget | null;
}

const slowMs = { least: 900, spread: 700 };
const fillEveryMs = 250;
const fillBytes = [megabyte, megabyte / 8, megabyte / 64];
const customerEveryMs = 1500;

const settings = settingsOf<ShopSettings>();
const storage = openStorage(settings.storageDirectory, settings.storageMb * megabyte);
const removeFiller = (): void => storage.list('filler-').forEach((name) => storage.remove(name));
removeFiller();
const orders = await openOrders(settings.databaseUrl, storage);
const metrics = createShopMetrics();
const log = createShopLog();
let mode: ShopMode = 'healthy';

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void> | void>> = {
  async '/'(response) {
    const html = shopPage(await orders.products(), settings.controlUrl);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  },
  async '/health'(response) {
    const { percent, state } = storage.read();
    const { placed } = await orders.counts();
    const full = state === 'full';
    // 507 Insufficient Storage, RFC 4918 section 11.5.
    sendJson(response, full ? 507 : 200, {
      status: full ? 'storage full' : 'ok',
      database: 'ok',
      storagePercent: percent,
      orders: placed,
    });
  },
  '/storage'(response) {
    const found = storage.read();
    sendJson(response, found.state === 'full' ? 507 : 200, found);
  },
  async '/api/products'(response) {
    sendJson(response, 200, { products: await orders.products() });
  },
  async '/api/checkout'(response) {
    const [first] = await orders.products();
    sendJson(response, 200, { ready: first !== undefined, currency: 'EUR' });
  },
  async '/metrics'(response) {
    const { percent } = storage.read();
    const { withoutReceipt } = await orders.counts();
    response
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      .end(metrics.text({ shop_storage_percent: percent, shop_orders_without_receipt: withoutReceipt }));
  },
  '/control'(response) {
    response.writeHead(302, { location: settings.controlUrl }).end();
  },
};

/** The storage page tells of the disk alone, and the switches and figures must work while the shop does not. */
const unaffected = new Set(['/storage', '/control', '/metrics']);

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://shop').pathname;
  const began = performance.now();
  response.once('close', () => {
    if (unaffected.has(path)) return;
    const took = performance.now() - began;
    const status = response.writableFinished ? response.statusCode : 499;
    metrics.answered(Object.hasOwn(pages, path) ? path : 'other', status, took / 1000);
    const write = status >= 500 ? log.error : took > 500 ? log.warn : log.info;
    const fields = { method: request.method ?? '', path, status, duration: Math.round(took) };
    write(`${fields.method} ${path} answered ${status} in ${fields.duration} ms`, fields);
  });
  const answer = async (): Promise<void> => {
    const affected = !unaffected.has(path);
    if (affected && mode === 'slow') await delay(slowMs.least + Math.random() * slowMs.spread);
    if (affected && mode === 'errors') {
      sendJson(response, 500, { status: 'error', message: 'the shop was told to fail' });
      return;
    }
    const page = pages[path];
    if (page === undefined) sendJson(response, 404, { status: 'not found' });
    else await page(response);
  };
  answer().catch((error: unknown) => {
    if (!response.headersSent) sendJson(response, 503, { status: 'unavailable', message: String(error) });
    else response.destroy();
  });
});

let filled = 0;
const filling = setInterval(() => {
  if (mode !== 'disk') return;
  // Big files first, then whatever still fits, so that not even a receipt finds room.
  for (const bytes of fillBytes) {
    try {
      filled += 1;
      storage.write(`filler-${filled}.bin`, Buffer.alloc(bytes, filled % 256));
      return;
    } catch {
      // Full for this size.
    }
  }
}, fillEveryMs);

/** A customer buys something. */
async function shop(): Promise<void> {
  try {
    const { order, title, withoutReceipt } = await orders.place();
    metrics.ordered('placed');
    log.info(`order ${order} placed: ${title}`, { order, title });
    if (withoutReceipt > 0)
      log.error(`no room for the receipt of order ${order}`, { order, waiting: withoutReceipt });
  } catch (error) {
    metrics.ordered('failed');
    log.error(`an order failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

let shopping: Promise<void> = Promise.resolve();
const customers = setInterval(() => {
  if (mode === 'errors') return;
  shopping = shopping.then(shop);
}, customerEveryMs);

process.on('message', (order: ShopOrder) => {
  if (order.log === null) void log.close().then(() => process.send?.('log closed'));
  else if (order.log !== undefined) log.sendTo(order.log);
  if (mode !== order.mode) log.warn(`the shop was told to be ${order.mode}`, { was: mode });
  mode = order.mode;
  if (mode !== 'disk') removeFiller();
});

server.listen(settings.port, '127.0.0.1');
await once(server, 'listening');
serveParent({}, async () => {
  clearInterval(filling);
  clearInterval(customers);
  server.close();
  server.closeAllConnections();
  await shopping;
  await Promise.all([orders.close(), log.close()]);
});
