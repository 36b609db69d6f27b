import { components } from './components/list.ts';
import type { AuditHealth, HealthStatus } from './types.ts';

/** As Nagios counts them. */
const codes: Readonly<Record<HealthStatus, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };

/** The components as figures for `/metrics`, in the form of `http/metrics.ts`. */
export function healthFigures({ components: found }: AuditHealth) {
  const gauge = (name: string, help: string, value: number) => ({
    name,
    help,
    type: 'gauge' as const,
    samples: [{ value }],
  });
  return [
    {
      name: 'custos_audit_status',
      help: 'Health of the audit log by component: 0 ok, 1 warning, 2 critical, 3 unknown.',
      type: 'gauge' as const,
      samples: found.map(({ name, status }) => ({ labels: { component: name }, value: codes[status] })),
    },
    ...found.flatMap(({ name, title, value, unit }) => {
      const figure = components.find((one) => one.name === name)?.figure ?? null;
      if (value === null || figure === null) return [];
      return [gauge(`custos_${figure}`, `Audit log: ${title.toLowerCase()}, ${unit ?? ''}.`, value)];
    }),
  ];
}
