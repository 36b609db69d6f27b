const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Random text of `length` characters of 5 bits each, from the platform's secure source. */
function randomText(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte & 31]).join('');
}

/** A new id of an event: 48 bits of the time and 80 random ones, in Crockford base 32. */
export function newEventId(now: number): string {
  let time = '';
  for (let rest = now, digit = 0; digit < 10; digit += 1) {
    time = `${alphabet[rest % 32]}${time}`;
    rest = Math.floor(rest / 32);
  }
  return `evt_${time}${randomText(16)}`;
}

/** A new idempotency key: 130 random bits. */
export function newBatchKey(): string {
  return `batch_${randomText(26)}`;
}
