import { retentionInput, storageStatus } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { TelemetryRetention } from './service.ts';

/** `/api/v1/storage`: what telemetry takes, and how long it is kept. */
export function telemetryRetentionRoutes(retention: TelemetryRetention): Routes {
  return async (server) => {
    server.get(
      '/api/v1/storage',
      { config: { access: 'telemetry.manage' }, schema: { response: { 200: storageStatus } } },
      async () => retention.status(),
    );

    server.put(
      '/api/v1/storage',
      {
        config: {
          access: 'telemetry.manage',
          audit: 'telemetry.retention',
          approval: 'shorten-retention',
          approvalWhen: async (request) => retention.shortens(retentionInput.parse(request.body)),
        },
        schema: { body: retentionInput, response: { 200: storageStatus } },
      },
      async (request) => {
        request.auditTarget = { type: 'telemetry-retention', id: 'installation' };
        request.auditDetails = { before: await retention.get(), after: request.body };
        return retention.set(request.body, request.identity?.userId ?? '');
      },
    );
  };
}
