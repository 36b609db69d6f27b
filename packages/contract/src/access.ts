import { z } from 'zod';
import { id, name, time } from './common.ts';
import { permission, roleName } from './permissions.ts';
import { personal } from './personal-data.ts';

/** NIST SP 800-63B-4 and OWASP ASVS 5.0, 6.2.1 and 6.2.9: length is what counts; no composition rules. */
export const password = z
  .string()
  .min(12, 'must be at least 12 characters')
  .max(128, 'must be at most 128 characters');

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email('must be an e-mail address such as ada@example.com').max(254));

export const setupState = z.object({ needed: z.boolean() });
export const setupRequest = z.object({ token: z.string().max(200), email, name, password });

export const signInRequest = z.object({ email, password: z.string().max(1024) });

export const passwordChange = z.object({ current: z.string().max(1024), password });

/** Who is calling. It tells people about themselves only, so nothing in it is masked. */
export const identity = z.object({
  userId: id,
  email: z.string(),
  name: z.string(),
  role: z.string(),
  permissions: z.array(permission),
});
export type IdentityView = z.infer<typeof identity>;

/** Whoever manages accounts has to know whose they are; addresses of sessions are another matter. */
export const user = z.object({
  id,
  email: personal('email', { alsoFor: 'user.manage', owner: 'id' })(z.string()),
  name: personal('name', { alsoFor: 'user.manage', owner: 'id' })(z.string()),
  role: roleName,
  disabled: z.boolean(),
  createdAt: time,
  lastSignInAt: time.nullable(),
});
export type UserView = z.infer<typeof user>;
export const userCreate = z.object({ email, name, role: roleName, password });
export const userUpdate = z.object({ name, role: roleName, disabled: z.boolean() }).partial();

export const role = z.object({
  name: roleName,
  title: z.string(),
  description: z.string(),
  permissions: z.array(permission),
  /** Comes with Custos and is not changed; false for a role that this installation made. */
  builtIn: z.boolean().default(true),
  /** Permissions that reach only a part of the objects; those that are not named reach all. */
  reach: z.partialRecord(permission, z.enum(['own', 'team'])).default({}),
});
export type RoleView = z.infer<typeof role>;

/** A session of the caller. */
export const session = z.object({
  id,
  current: z.boolean(),
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
  address: z.string(),
  device: z.string(),
});
export type SessionView = z.infer<typeof session>;

/** Days a token lives: mandatory, at most a year. */
export const tokenCreate = z.object({
  name,
  permissions: z.array(permission).min(1, 'must name at least one permission'),
  expiresInDays: z.number().int().min(1).max(365),
  /** Addresses and CIDR ranges that the token is taken from; any when left out. */
  addresses: z.array(z.string().max(64)).max(50).optional(),
});
export const apiToken = z.object({
  id,
  name: z.string(),
  userId: id,
  permissions: z.array(permission),
  /** First characters, to tell tokens apart. */
  hint: z.string(),
  /** Addresses and ranges that it is taken from; empty for any. */
  addresses: z.array(z.string()),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.nullable(),
});
export type ApiTokenView = z.infer<typeof apiToken>;
/** The only reply that holds the token itself. */
export const apiTokenMade = apiToken.extend({ token: z.string() });
