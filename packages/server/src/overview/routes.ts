import { overview, systemStatus } from '@custos/contract';
import type { Routes } from '../http/types.ts';
import type { OverviewService } from './service.ts';

/** `/api/v1/overview` and `/api/v1/system`. */
export function overviewRoutes(service: OverviewService): Routes {
  return async (server) => {
    server.get(
      '/api/v1/overview',
      { config: { access: 'dashboard.read' }, schema: { response: { 200: overview } } },
      () => service.get(),
    );
    server.get(
      '/api/v1/system',
      { config: { access: 'system.read' }, schema: { response: { 200: systemStatus } } },
      () => service.system(),
    );
  };
}
