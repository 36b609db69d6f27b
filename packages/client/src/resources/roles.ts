import {
  done,
  pageOf,
  role,
  rolePresetState,
  type roleCreate,
  type RolePreset,
  type roleUpdate,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';

export function roleCalls(request: Request) {
  const one = (name: string): string => `/api/v1/roles/${encodeURIComponent(name)}`;
  return {
    list: (signal?: AbortSignal) => request('GET', '/api/v1/roles', { schema: pageOf(role), signal }),
    /** A role of the installation's own, out of permissions that the caller has. */
    create: (body: z.input<typeof roleCreate>) => request('POST', '/api/v1/roles', { schema: role, body }),
    update: (name: string, body: z.input<typeof roleUpdate>) =>
      request('PATCH', one(name), { schema: role, body }),
    /** Refused while anybody has it. */
    remove: (name: string) => request('DELETE', one(name), { schema: done }),
    /** What the built-in roles hold. */
    preset: (signal?: AbortSignal) =>
      request('GET', '/api/v1/role-preset', { schema: rolePresetState, signal }),
    setPreset: (preset: RolePreset) =>
      request('PUT', '/api/v1/role-preset', { schema: rolePresetState, body: { preset } }),
  };
}
