import { z } from 'zod';
import type { Permission } from './permissions.ts';

/**
 * Classes of personal data. A field of a reply that carries one is masked by class for everybody who may
 * not see personal data (OWASP ASVS 5.0, 8.2.3 and 14.2.6). The class says what the masked value looks
 * like, so that it stays of use.
 */
export const personalDataClasses = [
  'email',
  'name',
  'phone',
  'address',
  'ip',
  'wallet',
  'document',
  'free-text',
] as const;
export type PersonalDataClass = (typeof personalDataClasses)[number];

/** Sees all personal data. */
export const personalDataPermission: Permission = 'pii.read';

export interface PersonalDataRule {
  readonly class: PersonalDataClass;
  /** Whoever has one of these sees this field as well, since their work is not possible without it. */
  readonly alsoFor: readonly Permission[];
  /** The field beside it with the id of whom it is about: people see what is about themselves. */
  readonly owner: string | null;
  /** Masks what has the shape of personal data in a text that is of use without it, and leaves the rest. */
  readonly byShape?: true;
}

/** Under this name the rule stands in a schema's metadata and in the OpenAPI document. */
const key = 'x-personal-data';

/** What a field can be: text, which may be absent. */
type Text = z.ZodType<string | null | undefined>;

/**
 * Classes a field as personal data. Lists and records are classed by their elements, objects by their
 * fields. The reply's schema must take masked values, such as `a***@example.com`: leave formats and lengths
 * to inputs.
 *
 * @example
 * const user = z.object({
 *   id,
 *   email: personal('email', { alsoFor: 'user.manage', owner: 'id' })(z.string()),
 *   iban: personal('document')(z.string().nullable()),
 * });
 */
export function personal(
  dataClass: PersonalDataClass,
  rule: { readonly alsoFor?: Permission | readonly Permission[]; readonly owner?: string } = {},
): <Schema extends Text>(schema: Schema) => Schema {
  const made: PersonalDataRule = {
    class: dataClass,
    alsoFor: [rule.alsoFor ?? []].flat(),
    owner: rule.owner ?? null,
  };
  return (schema) => schema.meta({ [key]: made });
}

/**
 * Classes a text that programs write, such as an error: what has the shape of personal data in it (e-mail
 * and network addresses, phone numbers, wallets) is masked, the rest stays. Names have no shape.
 */
export function personalByShape(
  rule: { readonly alsoFor?: Permission | readonly Permission[] } = {},
): <Schema extends Text>(schema: Schema) => Schema {
  const made: PersonalDataRule = {
    class: 'free-text',
    alsoFor: [rule.alsoFor ?? []].flat(),
    owner: null,
    byShape: true,
  };
  return (schema) => schema.meta({ [key]: made });
}

/** The rule of a schema that `personal` has classed; undefined for all others. */
export function personalDataRuleOf(schema: z.core.$ZodType): PersonalDataRule | undefined {
  return z.globalRegistry.get(schema)?.[key] as PersonalDataRule | undefined;
}
