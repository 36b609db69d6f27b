import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { parseVerifierKey } from '../../../audit/log/formats/keys.ts';
import { parsePolicy } from '../../../audit/log/formats/policy.ts';
import { isKeyName } from '../../../audit/log/formats/signed-note.ts';
import {
  checked,
  entryName,
  httpUrl,
  messageIn,
  objectAddress,
  objectSecrets,
  refuseRepeats,
  secretText,
  textOrFile,
} from './fields.ts';

/** C2SP: a URL without its scheme. It stands in paths too, so it has nothing that would be escaped there. */
export const originText = z
  .string()
  .max(190, 'must be at most 190 characters')
  .regex(
    /^[A-Za-z0-9._~:@-]+(\/[A-Za-z0-9._~:@-]+)*$/,
    'must be a URL without its scheme, such as example.com/audit, with no spaces and no plus',
  )
  .refine(
    (text) => !text.split('/').some((part) => part === '.' || part === '..'),
    'must not have "." or ".." as a part',
  );

/** "The policy cannot be read: line 3: why." without what the finding says already. */
const withoutSubject = (message: string): string =>
  message.replace(/The [a-z ]+ cannot be read: /g, '').replace(/\.+$/, '');

function policyFault(text: string): string | undefined {
  const message = messageIn(() => parsePolicy(text));
  if (message !== undefined) return `is no C2SP tlog-policy: ${withoutSubject(message)}`;
  for (const [name, { url }] of parsePolicy(text).witnesses) {
    if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
      return `must have an http or https address for the witness ${name}`;
    }
  }
  return undefined;
}

/** Who is trusted: the witnesses with their keys and addresses, and how many of them are enough. */
export const policyText = textOrFile(checked(z.string(), policyFault));

const signsLogs = new Set([0x01, 0x06]);

const logVerifierKey = checked(z.string(), (vkey) => {
  const message = messageIn(() => parseVerifierKey(vkey));
  if (message !== undefined) return `is no verifier key: ${withoutSubject(message)}`;
  return signsLogs.has(parseVerifierKey(vkey).type)
    ? undefined
    : 'must be the key of a log, not of a witness';
});

const witnessedLog = z
  .strictObject({
    origin: checked(z.string(), (text) =>
      isKeyName(text) ? undefined : 'must have neither spaces nor a plus',
    ),
    keys: z.array(logVerifierKey).min(1, 'must hold a key'),
  })
  .superRefine(({ origin, keys }, context) => {
    for (const [index, vkey] of keys.entries()) {
      const name = vkey.split('+')[0] as string;
      if (name === origin || !vkey.includes('+')) continue;
      context.addIssue({
        code: 'custom',
        path: ['keys', index],
        message: `must be a key under the name ${origin}; it is under ${name}`,
      });
    }
  });

/** Being a witness of other people's logs. */
export const witnessConfiguration = z.strictObject({
  /** The name of our cosigner key, such as `witness.example.com/custos`. */
  name: originText,
  logs: z
    .array(witnessedLog)
    .min(1, 'must name a log')
    .superRefine((logs, context) =>
      refuseRepeats(
        logs.map(({ origin }) => origin),
        (index, message) => context.addIssue({ code: 'custom', path: [index, 'origin'], message }),
      ),
    ),
});

function certificatesFault(pem: string): string | undefined {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) return 'must be certificates in PEM';
  try {
    for (const one of found) new X509Certificate(one);
    return undefined;
  } catch {
    return 'must be certificates in PEM; one of them cannot be read';
  }
}

export const certificates = textOrFile(checked(z.string(), certificatesFault));

/** Headers that go along with every request, such as `authorization`. */
export const extraHeaders = z
  .record(z.string(), secretText())
  .refine(
    (headers) => Object.keys(headers).every((name) => /^[A-Za-z0-9-]{1,100}$/.test(name)),
    'must have names of letters, digits and dashes',
  )
  .refine(
    (headers) =>
      !Object.keys(headers).some((name) => /^(content-|host$|idempotency-key$|custos-)/i.test(name)),
    'must not name Host, Idempotency-Key, Content-… or Custos-…',
  )
  .refine(
    // Told of the whole, since a value may be a secret.
    (headers) => Object.values(headers).every((value) => /^[\x20-\x7E]{1,4096}$/.test(value)),
    'must have values of printable ASCII in one line',
  );

const intervalSeconds = z.number().min(10).max(86_400).optional();

/** Signs requests; of at least 16 characters. */
export const signingSecret = secretText(z.string().min(16, 'must be at least 16 characters'));

const lockAnchor = z.strictObject({
  kind: z.literal('s3-lock'),
  name: entryName,
  /** `s3://BUCKET/PREFIX?region=...&endpoint=...` of a bucket with Object Lock. */
  address: checked(objectAddress, (text) =>
    /^s3:/i.test(text) ? undefined : 'must begin with s3:, whose buckets can be locked',
  ),
  secrets: objectSecrets.optional(),
  /** For so long nobody can remove a checkpoint. */
  retainDays: z.number().int().min(1).max(36_500),
  intervalSeconds,
});

const timeStampAnchor = z.strictObject({
  kind: z.literal('rfc3161'),
  name: entryName,
  url: httpUrl,
  /** Certificates that end the chain of the authority's signatures. */
  ca: certificates,
  headers: extraHeaders.optional(),
  intervalSeconds,
});

const webhookAnchor = z.strictObject({
  kind: z.literal('webhook'),
  name: entryName,
  url: httpUrl,
  secret: signingSecret,
  intervalSeconds,
});

export const anchorsConfiguration = z
  .array(z.discriminatedUnion('kind', [lockAnchor, timeStampAnchor, webhookAnchor]))
  .superRefine((anchors, context) =>
    refuseRepeats(
      anchors.map(({ name }) => name),
      (index, message) => context.addIssue({ code: 'custom', path: [index, 'name'], message }),
    ),
  );
