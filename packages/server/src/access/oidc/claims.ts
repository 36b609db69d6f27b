import type { RoleName } from '@custos/contract';
import type { Claims, ProviderSettings } from './types.ts';

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const textsOf = (value: unknown): string[] =>
  [value].flat().filter((entry): entry is string => typeof entry === 'string' && entry !== '');

/** Reads what counts from the claims of an ID token and of the user-info answer; the former go first. */
export function readClaims(
  { groupsClaim = 'groups' }: Pick<ProviderSettings, 'groupsClaim'>,
  idToken: Readonly<Record<string, unknown>>,
  userInfo: Readonly<Record<string, unknown>> = {},
): Claims {
  const of = (name: string): unknown => idToken[name] ?? userInfo[name];
  const verified = of('email_verified');
  return {
    subject: String(idToken['sub']),
    email: textOf(of('email'))?.trim().toLowerCase() ?? null,
    emailVerified: typeof verified === 'boolean' ? verified : null,
    name: textOf(of('name')) ?? textOf(of('preferred_username')),
    groups: textsOf(of(groupsClaim)),
    methods: [...textsOf(idToken['amr']), ...textsOf(idToken['acr'])],
  };
}

/**
 * The role that the provider's groups give: null where no groups are mapped, so the role stays as it is;
 * undefined for somebody in none of them, who does not get in.
 */
export function roleOf(
  { groups = [] }: Pick<ProviderSettings, 'groups'>,
  claims: Pick<Claims, 'groups'>,
): RoleName | null | undefined {
  if (groups.length === 0) return null;
  return groups.find(({ group }) => claims.groups.includes(group))?.role;
}

/** True when the provider says that it has seen a second factor, in words that the operator takes. */
export function vouchesForTwo(
  { secondFactor = [] }: Pick<ProviderSettings, 'secondFactor'>,
  claims: Pick<Claims, 'methods'>,
): boolean {
  return claims.methods.some((method) => secondFactor.includes(method));
}
