import type { Caller, PersonalMessage } from './types.ts';

/** Where an act came from, for a message to the person whose account it was done to. */
function whence({ address, device }: Caller): string {
  const browser = device.replaceAll(/\p{Cc}/gu, '').slice(0, 120);
  return `It came from ${address}${browser === '' ? '' : ` (${browser})`}.`;
}

const unexpected = 'If this was not you, tell an administrator at once and reset your password.';

function notice(kind: string, subject: string, lines: readonly string[]): PersonalMessage {
  return { kind, subject, text: [...lines, unexpected].join('\n\n'), url: null };
}

/**
 * What people are told about their own account (OWASP ASVS 5.0, 6.3.5 and 6.3.7). Texts hold no secret,
 * and no link that anybody could imitate.
 */
export const notices = {
  passwordChanged: (caller: Caller) =>
    notice('password-changed', 'Your Custos password was changed', [
      'Your password was changed, and every session was ended.',
      whence(caller),
    ]),
  factorAdded: (what: string, caller: Caller) =>
    notice('factor-added', `${what} was added to your Custos account`, [
      `${what} was added to your account. Other sessions were ended.`,
      whence(caller),
    ]),
  factorRemoved: (what: string, caller: Caller) =>
    notice('factor-removed', `${what} was removed from your Custos account`, [
      `${what} was removed from your account. Other sessions were ended.`,
      whence(caller),
    ]),
  factorsReset: () =>
    notice('factors-reset', 'The second factors of your Custos account were removed', [
      'An administrator removed the authenticators, passkeys and recovery codes of your account.',
      'Sign in with your password and set up new ones.',
    ]),
  recoveryCodesMade: (caller: Caller) =>
    notice('recovery-codes-made', 'New recovery codes were made for your Custos account', [
      'New recovery codes were made; all earlier ones have stopped working.',
      whence(caller),
    ]),
  recoveryCodeUsed: (left: number, caller: Caller) =>
    notice('recovery-code-used', 'A recovery code of your Custos account was used', [
      `A recovery code was used to sign in. ${left} are left.`,
      whence(caller),
    ]),
  accountLocked: (caller: Caller) =>
    notice('account-locked', 'Your Custos account was locked for a while', [
      'After several wrong passwords nobody can sign in to your account for a while, but from a browser that you have used before, or with a passkey.',
      whence(caller),
    ]),
  newDevice: (caller: Caller) =>
    notice('new-device', 'Your Custos account was used in a new browser', [
      'Somebody signed in to your account in a browser that was not used for it before.',
      whence(caller),
    ]),
  sessionsPushedOut: (count: number) =>
    notice('session-limit', 'A Custos session of yours was ended', [
      `You signed in once more than is allowed at a time, so ${count === 1 ? 'your oldest session' : `your ${count} oldest sessions`} ended.`,
    ]),
  sessionsEnded: () =>
    notice('sessions-ended', 'Your Custos sessions were ended', [
      'An administrator ended all sessions of your account.',
    ]),
  roleChanged: (role: string) =>
    notice('role-changed', 'Your role in Custos was changed', [
      `You now have the role ${role}. Your sessions were ended; sign in again.`,
    ]),
  accountDisabled: () =>
    notice('account-disabled', 'Your Custos account was disabled', [
      'Your account was disabled; its sessions were ended and its API tokens revoked.',
    ]),
  accountEnabled: () =>
    notice('account-enabled', 'Your Custos account was enabled', ['You may sign in again.']),
  providerLinked: (provider: string, caller: Caller) =>
    notice('provider-linked', `${provider} was linked to your Custos account`, [
      `You can now sign in by ${provider}.`,
      whence(caller),
    ]),
  providerUnlinked: (provider: string, caller: Caller) =>
    notice('provider-unlinked', `${provider} was unlinked from your Custos account`, [
      `You can no longer sign in by ${provider}.`,
      whence(caller),
    ]),
  tokenMade: (name: string) =>
    notice('token-made', 'An API token was made for your Custos account', [
      `The API token "${name}" was made and can do what you gave it.`,
    ]),
} as const;

/** An invitation: how somebody chooses their first password. */
export function invitation(url: string): PersonalMessage {
  return {
    kind: 'invitation',
    subject: 'You are invited to Custos',
    text: 'Somebody made a Custos account for you. Open the link and choose a password. It works once, for 60 minutes; ask for another one when it has expired.',
    url,
  };
}

/** A reset: how somebody who forgot their password chooses another. */
export function passwordReset(url: string): PersonalMessage {
  return {
    kind: 'reset',
    subject: 'Choose a new Custos password',
    text: 'Open the link and choose a new password. It works once, for 60 minutes. Your second factor stays as it is. If you did not ask for this, do nothing.',
    url,
  };
}
