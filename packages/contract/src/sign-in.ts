import { z } from 'zod';
import { email, password } from './access.ts';
import { id, name, time } from './common.ts';
import { roleName } from './permissions.ts';
import { personal } from './personal-data.ts';

/** What proves a person besides their password. */
export const factorKind = z.enum(['totp', 'passkey', 'recovery-code']);
export type FactorKind = z.infer<typeof factorKind>;

/** A secret that joins two requests of one sign-in; lives for minutes and works once. */
const ticket = z.string().min(1).max(200);
/** As shown by an authenticator: six digits, with or without a space. */
const totpCode = z
  .string()
  .max(20)
  .transform((text) => text.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'must be the six digits that your authenticator shows'));
const recoveryCode = z.string().trim().min(1, 'must not be empty').max(100);
/** What `navigator.credentials` gave, as JSON (WebAuthn level 3, 5.1); checked by the library. */
const credential = z.record(z.string(), z.unknown());
/** What `navigator.credentials` is to be called with, as JSON. */
const credentialOptions = z.record(z.string(), z.unknown());

const byTotp = z.object({ kind: z.literal('totp'), code: totpCode });
const byRecoveryCode = z.object({ kind: z.literal('recovery-code'), code: recoveryCode });
const byPasskey = z.object({ kind: z.literal('passkey'), response: credential });

/** A second factor, as a person presents it. */
export const secondFactor = z.discriminatedUnion('kind', [byTotp, byRecoveryCode, byPasskey]);
export type SecondFactorInput = z.output<typeof secondFactor>;

/** The answer (202) to a right password of somebody who has a second factor. */
export const secondFactorStep = z.object({
  step: z.literal('second-factor'),
  ticket: z.string(),
  /** What the person may present. */
  methods: z.array(factorKind),
  /** For `navigator.credentials.get`; null when they have no passkey for this address. */
  passkey: credentialOptions.nullable(),
  expiresAt: time,
});
export type SecondFactorStep = z.infer<typeof secondFactorStep>;
export const secondFactorRequest = z.object({ ticket, proof: secondFactor });

/** What `navigator.credentials` needs, and the ticket to send back with what it gives. */
export const passkeyStep = z.object({ ticket: z.string(), options: credentialOptions });
export type PasskeyStep = z.infer<typeof passkeyStep>;
export const passkeySignIn = z.object({ ticket, response: credential });

/** A proof during a session. The password counts only for those who have no second factor. */
export const stepUpRequest = z.object({
  /** From the options; with a passkey only. */
  ticket: ticket.optional(),
  proof: z.discriminatedUnion('kind', [
    byTotp,
    byRecoveryCode,
    byPasskey,
    z.object({ kind: z.literal('password'), password: z.string().max(1024) }),
  ]),
});

/** What the page of the sign-in offers. */
export const signInMethods = z.object({
  passkeys: z.boolean(),
  /** True when a forgotten password can be reset by e-mail. */
  resets: z.boolean(),
  providers: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type SignInMethods = z.infer<typeof signInMethods>;

/** Where the caller stands with the second factor; what the banner is made from. */
export const standing = z.object({
  userId: id,
  email: z.string(),
  name: z.string(),
  role: z.string(),
  secondFactor: z.object({
    enrolled: z.boolean(),
    /** True when the role asks for one. */
    required: z.boolean(),
    /** From when on nothing else is possible without one; null when it is not required. */
    requiredFrom: time.nullable(),
    /** True when nothing but setting one up is possible in this session. */
    restricted: z.boolean(),
    /** When one was proven in this session; null when it was not. */
    provenAt: time.nullable(),
  }),
  /** False for a person who signs in by an identity provider only. */
  hasPassword: z.boolean(),
  /** True while the password is one that somebody else chose; nothing else is possible before it is changed. */
  mustChangePassword: z.boolean().optional(),
});
export type Standing = z.infer<typeof standing>;

export const passkey = z.object({
  id,
  name: z.string(),
  createdAt: time,
  lastUsedAt: time.nullable(),
  /** True when the passkey is kept by a service that copies it to other devices. */
  backedUp: z.boolean(),
});
export const factors = z.object({
  totp: z.object({ createdAt: time }).nullable(),
  passkeys: z.array(passkey),
  recoveryCodesLeft: z.number().int(),
  /** Browsers that a lock of the account does not stop. */
  devices: z.array(z.object({ id, device: z.string(), createdAt: time, lastUsedAt: time })),
  providers: z.array(z.object({ id: z.string(), linkedAt: time })),
});
export type FactorsView = z.infer<typeof factors>;

/** The seed of an authenticator; shown in this answer only. */
export const totpMade = z.object({ secret: z.string(), uri: z.string() });
export const totpConfirm = z.object({ code: totpCode });
/** Codes for when the factor is lost; shown in this answer only. Empty when there are some already. */
export const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export const passkeyAdd = z.object({ ticket, name, response: credential });

/** For whom a JSON web token is made; Custos itself unless told. */
export const jwtRequest = z.object({ audience: z.string().min(1).max(200).optional() });
export const jwtMade = z.object({ token: z.string(), expiresAt: time });
/** RFC 7517; the keys that check the tokens. */
export const jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

export const invitationRequest = z.object({ email, name, role: roleName });
export const resetRequest = z.object({ email });
export const linkRequest = z.object({ token: z.string().max(200) });
export const link = z.object({
  kind: z.enum(['invitation', 'reset']),
  email: z.string(),
  name: z.string(),
  expiresAt: time,
});
export type LinkView = z.infer<typeof link>;
export const linkUse = z.object({ token: z.string().max(200), password });

/** A session of somebody else: who manages accounts ends it by its network and device. */
export const userSession = z.object({
  id,
  createdAt: time,
  lastSeenAt: time,
  address: personal('ip')(z.string()),
  device: z.string(),
});

/** Where the browser is to go for an identity provider. */
export const providerAddress = z.object({ url: z.string() });
export const byProvider = z.object({ provider: z.string().regex(/^[a-z0-9-]{1,40}$/) });

/** How people sign in to this installation. */
export const signInPolicy = z.object({
  graceDays: z.number(),
  roles: z.array(
    z.object({
      role: z.string(),
      secondFactor: z.enum(['required', 'optional']),
      /** True while nobody has decided it, so it follows from the permissions. */
      byDefault: z.boolean(),
    }),
  ),
});
export type SignInPolicy = z.infer<typeof signInPolicy>;
/** By role; `default` goes back to what follows from the permissions. */
export const signInPolicyChange = z.object({
  roles: z.record(z.string().max(64), z.enum(['required', 'optional', 'default'])),
});
