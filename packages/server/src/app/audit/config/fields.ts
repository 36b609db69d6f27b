import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { CustosError, invalidInput, type FieldFault } from '../../../base/errors.ts';
import { parseAddress } from '../../../storage/objects/address.ts';

/** What a secret is written as: never the text itself. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** The text that a reference was replaced by; `options.ts` does that before the schema sees it. */
export const secretText = (text: z.ZodString = z.string()): z.ZodType<string, SecretReference> =>
  text.min(1, 'must not be empty') as unknown as z.ZodType<string, SecretReference>;

/** A text that is short enough for the file itself, or in a file of its own. */
export const textOrFile = (text: z.ZodString): z.ZodType<string, string | { readonly file: string }> =>
  text as unknown as z.ZodType<string, string | { readonly file: string }>;

export const entryName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be small letters, digits and dashes, at most 63');

export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an address such as https://host.example/path',
});

/** Before every key in a store of objects. */
export const keyPrefix = z
  .string()
  .max(500)
  .regex(
    /^([A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]*\/)*$/,
    'must be empty, or words of letters, digits and ._=@+- that each end with a slash',
  );

export const compressionKind = z.enum(['gzip', 'zstd', 'none']);

/** Credentials of a store of objects; see `storage/objects` for which store takes which. */
export const objectSecrets = z.strictObject({
  accessKeyId: secretText().optional(),
  secretAccessKey: secretText().optional(),
  sessionToken: secretText().optional(),
  accountKey: secretText().optional(),
  sasToken: secretText().optional(),
  serviceAccount: secretText().optional(),
});

const schemes = ['s3', 'azure', 'gs'];

function addressFault(address: string): string | undefined {
  if (isAbsolute(address)) return undefined;
  const [, scheme = ''] = /^([a-z0-9]+):/i.exec(address) ?? [];
  if (scheme === 'file')
    return URL.canParse(address) ? undefined : 'must be a URL such as file:///var/backups';
  if (!schemes.includes(scheme)) return 'must be an absolute path, or begin with file:, s3:, azure: or gs:';
  return messageIn(() => parseAddress(address));
}

/**
 * Where a store of objects is: an absolute path, or an address as in `storage/objects/README.md`, with the
 * region and the endpoint in it.
 */
export const objectAddress = checked(z.string(), addressFault);

/** A text that must pass a rule, which answers what would be right. */
export function checked(text: z.ZodString, faultOf: (text: string) => string | undefined): z.ZodString {
  return text.superRefine((value, context) => {
    const message = faultOf(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

/** Why some work refuses its input, as a finding says it; `undefined` when it does not. */
export function messageIn(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    return error.fields[0]?.message ?? error.message;
  }
}

/** The faults that some work finds in its input, by field. */
export function faultsIn(work: () => unknown): readonly FieldFault[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof CustosError && error.fields.length > 0) return error.fields;
    throw error;
  }
}

/** Adds an issue for each name of a list that stands there already. */
export function refuseRepeats(names: readonly string[], add: (index: number, message: string) => void): void {
  const known = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (known.has(name)) add(index, 'is used twice');
    known.add(name);
  }
}

/** Opens something of the configuration; what it refuses is told under the field of the file. */
export async function underField<T>(field: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CustosError) || error.fields.length === 0) throw error;
    const [fault] = error.fields;
    throw invalidInput([{ field, message: fault?.message ?? error.message }]);
  }
}
