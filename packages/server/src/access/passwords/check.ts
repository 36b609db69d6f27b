import type { FieldFault } from '../../base/errors.ts';
import { passwordFaults, type PasswordOwner } from '../password-rules.ts';
import type { BreachedPasswords } from './breached-file.ts';

/** Says what is wrong with a new password, or nothing. */
export type PasswordCheck = (password: string, owner: PasswordOwner, field?: string) => Promise<FieldFault[]>;

/** The rules, and then the leaked passwords where there is a list of them (OWASP ASVS 5.0, 6.2.12). */
export function createPasswordCheck(breached: BreachedPasswords | null): PasswordCheck {
  return async (password, owner, field = 'password') => {
    const faults = passwordFaults(password, owner, field);
    if (faults.length > 0 || breached === null || !(await breached.has(password))) return faults;
    return [
      { field, message: 'has leaked from another place and is known to attackers; choose another one' },
    ];
  };
}
