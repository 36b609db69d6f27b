import { ruleInput, type RuleInput } from '@custos/contract';

/** `rule` with the contract's defaults filled in. */
const rule = (input: Parameters<typeof ruleInput.parse>[0]): RuleInput => ruleInput.parse(input);

const minute = 60_000;
const over = (value: string, threshold: number) =>
  ({ type: 'probe-value', value, comparison: '>', threshold }) as const;
const under = (value: string, threshold: number) =>
  ({ type: 'probe-value', value, comparison: '<', threshold }) as const;

/**
 * The rules of a fresh installation. The thresholds of response time, memory, CPU, errors and uptime are
 * the default ones of the lottery platform (row L3); they can be changed and switched off.
 */
export const defaultRules = (): readonly RuleInput[] => [
  rule({
    name: 'Probe down',
    condition: { type: 'probe-status', statuses: ['down'] },
    selector: { kinds: ['http', 'tcp', 'dns', 'tls', 'postgres', 'redis', 'heartbeat'] },
    severity: 'from-criticality',
  }),
  rule({
    name: 'Custos itself is down or degraded',
    condition: { type: 'probe-status', statuses: ['down', 'degraded'] },
    selector: { kinds: ['process'] },
    forMs: minute,
    severity: 'high',
  }),
  rule({
    name: 'Slow responses',
    condition: over('latency_ms', 1000),
    selector: { kinds: ['http'] },
    forMs: 2 * minute,
    severity: 'medium',
    annotations: { summary: '{{ probe }} answers in {{ value | round }} ms (more than {{ threshold }} ms)' },
  }),
  rule({
    name: 'Many failed checks',
    condition: over('error_percent', 1),
    selector: { kinds: ['http'] },
    forMs: 5 * minute,
    severity: 'medium',
    annotations: { summary: '{{ value | round: 1 }} % of the recent checks of {{ probe }} failed' },
  }),
  rule({
    name: 'Uptime below target',
    condition: under('uptime_day_percent', 99),
    selector: { kinds: ['http', 'tcp', 'dns', 'tls', 'postgres', 'redis'] },
    forMs: 5 * minute,
    severity: 'medium',
    annotations: {
      summary: '{{ probe }} was up {{ value | round: 2 }} % of the last 24 h (target {{ threshold }} %)',
    },
  }),
  rule({
    name: 'Memory nearly full',
    condition: over('memory_percent', 85),
    selector: { kinds: ['host'] },
    forMs: 2 * minute,
    severity: 'high',
    annotations: { summary: 'Memory of {{ probe }} is {{ value | round }} % used' },
  }),
  rule({
    name: 'CPU busy',
    condition: over('cpu_percent', 80),
    selector: { kinds: ['host'] },
    forMs: 5 * minute,
    severity: 'medium',
    annotations: { summary: 'CPU of {{ probe }} is {{ value | round }} % busy' },
  }),
  rule({
    name: 'Disk nearly full',
    condition: over('disk_percent', 85),
    selector: { kinds: ['host'] },
    forMs: 2 * minute,
    severity: 'high',
    annotations: {
      summary: 'A disk of {{ probe }} is {{ value | round }} % full',
      description: '{{ reason }}',
    },
  }),
  rule({
    name: 'Disk full',
    condition: over('disk_percent', 95),
    selector: { kinds: ['host'] },
    severity: 'critical',
    annotations: {
      summary: 'A disk of {{ probe }} is {{ value | round }} % full',
      description: '{{ reason }}',
    },
  }),
  rule({
    name: 'Certificate expires soon',
    condition: under('certificate_days', 14),
    selector: { kinds: ['http', 'tls'] },
    severity: 'medium',
    annotations: { summary: 'The certificate of {{ probe }} ends in {{ value | floor }} days' },
  }),
  // A spray over many accounts degrades Custos's own probe, which has its rule above.
  rule({
    name: 'Accounts locked by failed sign-ins',
    condition: over('sign_in_locked_accounts', 4),
    selector: { kinds: ['process'] },
    severity: 'medium',
    annotations: { summary: '{{ value | round }} accounts were locked within an hour by failed sign-ins' },
  }),
  rule({
    name: 'Addresses locked by failed sign-ins',
    condition: over('sign_in_locked_addresses', 0),
    selector: { kinds: ['process'] },
    severity: 'medium',
    annotations: { summary: '{{ value | round }} addresses were locked within an hour by failed sign-ins' },
  }),
  rule({
    name: 'Many failed sign-ins',
    condition: over('sign_in_failures', 100),
    selector: { kinds: ['process'] },
    severity: 'medium',
    annotations: { summary: '{{ value | round }} sign-ins failed within an hour' },
  }),
  rule({
    name: 'Many refused calls',
    condition: over('access_refusals', 100),
    selector: { kinds: ['process'] },
    severity: 'medium',
    annotations: { summary: '{{ value | round }} calls were refused within an hour' },
  }),
];
