import {
  done,
  factors,
  passkeyStep,
  recoveryCodes,
  totpMade,
  type passkeyAdd,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';

/** The caller's own second factors. Changes need a fresh proof of who is asking. */
export function factorCalls(request: Request) {
  return {
    list: (signal?: AbortSignal) => request('GET', '/api/v1/factors', { schema: factors, signal }),
    /** A seed for an authenticator; in this answer only, and in use once it is confirmed. */
    beginTotp: () => request('POST', '/api/v1/factors/totp', { schema: totpMade }),
    /** With a code that the authenticator shows. Answers with recovery codes when it is the first factor. */
    confirmTotp: (code: string) =>
      request('POST', '/api/v1/factors/totp/confirm', { schema: recoveryCodes, body: { code } }),
    removeTotp: () => request('DELETE', '/api/v1/factors/totp', { schema: done }),
    /** What `navigator.credentials.create` is to be called with. */
    passkeyOptions: () => request('POST', '/api/v1/factors/passkeys/options', { schema: passkeyStep }),
    addPasskey: (body: z.input<typeof passkeyAdd>) =>
      request('POST', '/api/v1/factors/passkeys', { schema: recoveryCodes, body }),
    removePasskey: (id: string) =>
      request('DELETE', `/api/v1/factors/passkeys/${encodeURIComponent(id)}`, { schema: done }),
    /** New recovery codes in place of all earlier ones; in this answer only. */
    renewRecoveryCodes: () => request('POST', '/api/v1/factors/recovery-codes', { schema: recoveryCodes }),
    /** No browser passes a lock of the account any more. */
    forgetDevices: () => request('DELETE', '/api/v1/factors/devices', { schema: done }),
  };
}
