import type { Routes } from '../http/types.ts';
import { addressRuleRoutes } from './address-rules/routes.ts';
import { approvalRoutes } from './approvals/routes.ts';
import { authorizeRoutes } from './authorize/routes.ts';
import { customRoleRoutes } from './custom-roles/routes.ts';
import { reviewRoutes } from './review/routes.ts';
import type { Access } from './service.ts';

/** Everything about what people may do, as one plugin. */
export function decidingRoutes({ deciding }: Access): Routes {
  return async (app) => {
    await app.register(customRoleRoutes(deciding.customRoles));
    await app.register(approvalRoutes(deciding.approvals));
    await app.register(addressRuleRoutes(deciding.addressRules));
    await app.register(reviewRoutes(deciding.reviews));
    await app.register(authorizeRoutes(deciding.authorize));
  };
}
