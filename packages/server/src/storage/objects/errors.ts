import { CustosError, invalidInput, unavailable } from '../../base/errors.ts';

export function badKey(key: string, why: string): CustosError {
  return invalidInput([
    { field: 'key', message: `${JSON.stringify(key.slice(0, 80))} is not an object key: ${why}.` },
  ]);
}

/** The key is taken; what is there stays (409). */
export function objectExists(key: string): CustosError {
  return new CustosError(
    'object_exists',
    `There already is an object "${key}", and objects are never replaced.`,
    {
      status: 409,
    },
  );
}

/** What was read does not hash to what was written: the disk or somebody changed it. */
export function objectCorrupt(key: string): CustosError {
  return new CustosError('object_corrupt', `The object "${key}" is no longer what was written.`, {
    status: 500,
  });
}

export function objectTooLarge(key: string, maxBytes: number): CustosError {
  return new CustosError('object_too_large', `The object "${key}" has more than ${maxBytes} bytes.`, {
    status: 413,
  });
}

/** What was sent does not hash to what the sender said; nothing was kept (422). */
export function hashMismatch(key: string): CustosError {
  return invalidInput([
    { field: 'sha256', message: `The content of "${key}" has another SHA-256 than was given.` },
  ]);
}

/** The service that keeps the objects could not be reached or refused (503). */
export function storeFailed(label: string, reason: string): CustosError {
  return unavailable('object_store_failed', `The object store ${label} did not do its part: ${reason}.`);
}

/** What was to be locked against deletion is not, or could not be (500). */
export function objectLockMissing(label: string, what: string): CustosError {
  return new CustosError('object_lock_missing', `Nothing is locked in ${label}: ${what}.`, { status: 500 });
}
