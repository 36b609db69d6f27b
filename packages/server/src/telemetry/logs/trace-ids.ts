const zeros = '0'.repeat(32);
const hexadecimal = /^[0-9a-f]+$/;

/**
 * An id of W3C Trace Context in lower case, or empty when it is none. Shorter ids of older tracers are
 * filled up with zeros, as the specification says for them.
 */
export function hexId(text: string, digits: 16 | 32): string {
  const { length } = text;
  if (length !== digits && length !== digits / 2) return '';
  const lower = hexadecimal.test(text) ? text : text.toLowerCase();
  if ((lower !== text && !hexadecimal.test(lower)) || zeros.startsWith(lower)) return '';
  return length === digits ? lower : lower.padStart(digits, '0');
}
