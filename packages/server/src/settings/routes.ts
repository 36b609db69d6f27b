import { settings, settingsPatch } from '@custos/contract';
import type { Routes } from '../http/types.ts';
import type { SettingsService } from './service.ts';

/** `/api/v1/settings`. */
export function settingsRoutes(service: SettingsService): Routes {
  return async (server) => {
    server.get(
      '/api/v1/settings',
      { config: { access: 'system.read' }, schema: { response: { 200: settings } } },
      async () => service.get(),
    );
    server.patch(
      '/api/v1/settings',
      {
        config: { access: 'system.configure', audit: 'settings.update' },
        schema: { body: settingsPatch, response: { 200: settings } },
      },
      async (request) => {
        request.auditTarget = { type: 'settings', id: 'installation' };
        request.auditDetails = { fields: Object.keys(request.body) };
        return service.update(request.body);
      },
    );
  };
}
