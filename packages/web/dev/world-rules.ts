import type { ChannelView, RuleView } from '@custos/contract';
import { makeId } from './chance.ts';

const minute = 60_000;
const day = 86_400_000;
const start = Date.now();

export function channelsOf(): ChannelView[] {
  const common = {
    enabled: true,
    isDefault: true,
    sendResolved: true,
    origin: 'dashboard' as const,
    createdAt: start - 90 * day,
    updatedAt: start - 8 * day,
  };
  const mail = makeId('chn');
  return [
    {
      ...common,
      id: makeId('chn'),
      name: 'Team chat',
      kind: 'slack',
      options: { url: { secret: true } },
      minimumSeverity: 'low',
      fallbackChannelId: mail,
      lastDeliveredAt: start - 3 * minute,
      lastError: null,
    },
    {
      ...common,
      id: mail,
      name: 'On-call mail',
      kind: 'email',
      options: {
        host: 'smtp.example.com',
        port: 465,
        tls: 'implicit',
        user: 'custos',
        password: { secret: true },
        from: 'custos@example.com',
        to: ['oncall@example.com'],
      },
      minimumSeverity: 'high',
      fallbackChannelId: null,
      lastDeliveredAt: start - 3 * minute,
      lastError: null,
    },
    {
      ...common,
      id: makeId('chn'),
      name: 'Incident hook',
      kind: 'webhook',
      options: { url: 'https://hooks.example.com/custos', secret: { secret: true } },
      isDefault: false,
      origin: 'configuration',
      minimumSeverity: 'critical',
      fallbackChannelId: mail,
      lastDeliveredAt: start - 2 * day,
      lastError: 'Answered 500 five times; gave up after 12 min',
    },
  ];
}

export function rulesOf(): RuleView[] {
  const rule = (name: string, change: Partial<RuleView>): RuleView => ({
    id: makeId('rul'),
    name,
    enabled: true,
    condition: { type: 'probe-status', statuses: ['down'] },
    selector: { probeIds: [], serviceIds: [], kinds: [], criticalities: [], labels: {} },
    forMs: 0,
    keepFiringForMs: 0,
    severity: 'from-criticality',
    labels: {},
    annotations: { summary: '{{ probe.name }} is {{ status }}' },
    channelIds: [],
    cooldownMs: 300_000,
    origin: 'built-in',
    createdAt: start - 200 * day,
    updatedAt: start - 200 * day,
    openAlerts: 0,
    lastEvaluatedAt: start - 4000,
    lastError: null,
    ...change,
  });
  const value = (name: string, comparison: '>' | '<', threshold: number): Partial<RuleView> => ({
    condition: { type: 'probe-value', value: name, comparison, threshold },
  });
  return [
    rule('A probe is down', { openAlerts: 1 }),
    rule('A probe is slow', {
      condition: { type: 'probe-status', statuses: ['degraded'] },
      forMs: 300_000,
      severity: 'medium',
      openAlerts: 1,
    }),
    rule('CPU is busy', { ...value('cpu_percent', '>', 90), forMs: 600_000, severity: 'high' }),
    rule('Memory is short', { ...value('memory_percent', '>', 90), forMs: 300_000, severity: 'high' }),
    rule('Disk is filling', { ...value('disk_percent', '>', 85), severity: 'high', openAlerts: 1 }),
    rule('Certificate expires soon', {
      ...value('certificate_days', '<', 14),
      severity: 'medium',
      origin: 'dashboard',
      lastError: 'annotations.summary: undefined variable "prob"',
    }),
  ];
}
