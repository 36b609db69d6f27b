import { roleName } from '@custos/contract';
import { z } from 'zod';

/** An outside identity provider (OpenID Connect). */
const provider = z.strictObject({
  /** Part of addresses, such as `keycloak`. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be small letters, digits and hyphens'),
  /** What the button says. */
  name: z.string().min(1).max(60),
  issuer: z.url({
    protocol: /^https?$/,
    error: 'must be an address such as https://id.example.com/realms/main',
  }),
  clientId: z.string().min(1).max(200),
  /** Left out for a public client, which PKCE alone protects. */
  clientSecret: z.string().min(1).max(500).optional(),
  scopes: z.array(z.string().min(1).max(100)).max(20).optional(),
  groupsClaim: z.string().min(1).max(100).optional(),
  /** Which group gives which role; the first that matches counts. Who is in none does not get in. */
  groups: z.array(z.strictObject({ group: z.string().min(1).max(200), role: roleName })).optional(),
  /** Makes an account for somebody who has none. */
  justInTime: z.boolean().optional(),
  defaultRole: roleName.optional(),
});

/** Who may sign in, and how. `access` of the file; what people decide is in the dashboard. */
export const accessConfiguration = z.strictObject({
  providers: z
    .array(provider)
    .max(20)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must have ids that differ')
    .default([]),
  /** Path of a file of leaked passwords, sorted SHA-1 as Have I Been Pwned offers it. */
  breachedPasswords: z.string().min(1).optional(),
  /** JSON web tokens that other services accept. */
  tokens: z
    .strictObject({
      /** Who signs, as `iss`; the public address unless told. */
      issuer: z.string().min(1).max(200).optional(),
      /** For whom a token may be made, beside Custos itself. */
      audiences: z.array(z.string().min(1).max(200)).max(50).default([]),
    })
    .prefault({}),
});
