import { auditHealth } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { AuditHealthService } from './service.ts';

/** `GET /api/v1/audit/health`. Shows figures and no events, so looking is not put on record. */
export function auditHealthRoutes(health: Pick<AuditHealthService, 'recent'>): Routes {
  return async (app) => {
    app.get(
      '/api/v1/audit/health',
      {
        config: { access: 'audit.read' },
        schema: {
          summary: 'How the audit log is, by component, with thresholds',
          description: 'The answer may be 5 seconds old.',
          response: { 200: auditHealth },
        },
      },
      async () => {
        const { status, checkedAt, components } = await health.recent();
        return { status, checkedAt, components: components.map((component) => ({ ...component })) };
      },
    );
  };
}
