import { defineConfig } from '../../packages/server/src/app/define-config.ts';

/**
 * What Custos watches in the demo, and whom it tells. The demo gives the addresses, since ports may be
 * taken; on their own they stand for the usual ones.
 */
const {
  DEMO_SHOP_URL: shop = 'http://127.0.0.1:4700',
  DEMO_DESK_URL: desk = 'http://127.0.0.1:4701',
  DEMO_MAIL_PORT: mailPort = '4702',
} = process.env;

export default defineConfig({
  dataDirectory: 'data/custos',
  log: { level: 'warn' },
  // Everything of the demo is on this machine; by default Custos refuses to call into private networks.
  network: { internal: ['127.0.0.0/8'], allowPlainHttp: true },

  services: [
    {
      name: 'Shop front',
      description: 'What customers see first.',
      criticality: 'critical',
      sloTarget: 0.999,
    },
    {
      name: 'Checkout',
      description: 'Where money is made.',
      criticality: 'critical',
      dependsOn: ['Orders database'],
      sloTarget: 0.9995,
    },
    { name: 'Orders database', description: 'PostgreSQL with every order.', criticality: 'high' },
    { name: 'Receipts', description: 'Files for the tax office.', criticality: 'high', sloTarget: 0.995 },
    {
      name: 'Mail relay',
      description: 'Sends order confirmations.',
      criticality: 'medium',
      sloTarget: 0.995,
    },
    { name: 'Back office', description: 'Jobs that nobody sees.', criticality: 'low', sloTarget: 0.99 },
  ],

  probes: [
    {
      name: 'Shop page',
      kind: 'http',
      service: 'Shop front',
      options: { url: `${shop}/`, bodyContains: 'Harbour Books' },
      interval: '3s',
      timeout: '3s',
      latencyBudgetMs: 500,
    },
    {
      name: 'Shop health',
      kind: 'http',
      service: 'Shop front',
      options: { url: `${shop}/health`, jsonPath: '$.status', jsonEquals: 'ok' },
      interval: '2s',
      timeout: '3s',
      latencyBudgetMs: 500,
    },
    {
      name: 'Checkout',
      kind: 'http',
      service: 'Checkout',
      options: { url: `${shop}/api/checkout`, jsonPath: '$.ready', jsonEquals: 'true' },
      interval: '3s',
      timeout: '3s',
      latencyBudgetMs: 2000,
    },
    {
      name: 'Orders database',
      kind: 'postgres',
      service: 'Orders database',
      options: {
        url: { env: 'DEMO_DATABASE_URL' },
        query: 'select count(*) > 0 from products',
        expected: 'true',
      },
      interval: '5s',
      timeout: '3s',
    },
    {
      name: 'Receipt storage',
      kind: 'http',
      service: 'Receipts',
      options: { url: `${shop}/storage`, jsonPath: '$.state', jsonEquals: 'ok' },
      interval: '3s',
      timeout: '3s',
    },
    {
      name: 'Orders without receipt',
      kind: 'postgres',
      service: 'Receipts',
      options: {
        url: { env: 'DEMO_DATABASE_URL' },
        query: 'select count(*) from orders where receipt_at is null',
      },
      interval: '5s',
      timeout: '3s',
    },
    {
      name: 'Mail relay',
      kind: 'tcp',
      service: 'Mail relay',
      options: { host: '127.0.0.1', port: Number(mailPort), expect: '220' },
      interval: '5s',
      timeout: '3s',
    },
    {
      name: 'Stock report',
      kind: 'heartbeat',
      service: 'Back office',
      options: { periodMs: 10_000, graceMs: 10_000 },
      interval: '5s',
    },
  ],

  channels: [
    {
      name: 'On-call webhook',
      kind: 'webhook',
      options: { url: `${desk}/inbox`, secret: { env: 'DEMO_WEBHOOK_SECRET' } },
      fallback: 'On-call mail',
    },
    {
      name: 'On-call mail',
      kind: 'email',
      options: {
        host: '127.0.0.1',
        port: Number(mailPort),
        security: 'none',
        from: 'Custos <custos@harbour-books.example>',
        to: ['oncall@harbour-books.example'],
      },
    },
    { name: 'Terminal', kind: 'console' },
  ],

  // The shop's own figures; its log it sends itself, by the transport for pino.
  telemetry: {
    scrape: [
      {
        job_name: 'shop',
        scrape_interval: '5s',
        scrape_timeout: '3s',
        static_configs: [{ targets: [new URL(shop).host] }],
      },
    ],
  },

  // Beside the rules that every installation has, such as "Probe down".
  rules: [
    {
      name: 'Shop is slow',
      condition: { type: 'probe-status', statuses: ['degraded'] },
      selector: { services: ['Shop front'] },
      for: '5s',
      severity: 'medium',
      annotations: { summary: '{{ probe }} is slow', description: '{{ reason }}' },
    },
    {
      name: 'Receipts are piling up',
      condition: { type: 'probe-value', value: 'query_value', comparison: '>', threshold: 5 },
      selector: { probes: ['Orders without receipt'] },
      severity: 'high',
      annotations: { summary: '{{ value | round }} orders have no receipt' },
    },
  ],
});
