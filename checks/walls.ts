/**
 * Who may import whom inside `packages/server/src`, as data.
 *
 * `oxlint.config.ts` turns this table into lint rules and `boundaries.test.ts` resolves every import
 * and compares it with the table, so the walls stand even where a lint pattern could be slipped past.
 *
 * An entry `jobs` lets the whole folder in; an entry `access/types` lets in one file only.
 */
export const walls: Readonly<Record<string, readonly string[]>> = {
  base: [],
  outbound: ['base'],
  storage: ['base'],
  jobs: ['base', 'storage'],
  audit: ['base', 'storage'],
  access: ['base', 'storage', 'audit'],
  http: ['base', 'access/types'],
  notify: ['base', 'outbound', 'storage', 'jobs', 'audit'],
  probes: ['base', 'outbound', 'storage', 'jobs', 'audit'],
  alerting: [
    'base',
    'storage',
    'jobs',
    'audit',
    'notify/service',
    'notify/types',
    'probes/types',
    'telemetry/types',
  ],
  telemetry: ['base', 'outbound', 'storage', 'jobs', 'audit'],
  settings: ['base', 'storage'],
  overview: ['base', 'storage', 'probes/types', 'alerting/types', 'notify/types'],
  app: ['*'],
  cli: [
    'app',
    'base',
    // Libraries that work on files alone, without a running Custos.
    'telemetry/promql/conform/run-script',
    'telemetry/promql/conform/write-report',
    'telemetry/rules/files/read-rule-file',
    'telemetry/rules/unit-tests/run-unit-tests',
  ],
};

/** Folders whose `routes.ts` (and only that file) may also import `http/` and the HTTP framework. */
export const domains = [
  'audit',
  'access',
  'jobs',
  'notify',
  'probes',
  'alerting',
  'settings',
  'overview',
  'telemetry',
];

/** Which of our packages each package may import; the server's `cli/` may use the client as well. */
export const clientPackages: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  client: ['@custos/contract'],
  web: ['@custos/contract', '@custos/client'],
  server: ['@custos/contract'],
};
