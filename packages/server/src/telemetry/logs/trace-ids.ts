const none = /^0*$/;

/**
 * An id of W3C Trace Context in lower case, or empty when it is none. Shorter ids of older tracers are
 * filled up with zeros, as the specification says for them.
 */
export function hexId(text: string, digits: 16 | 32): string {
  if (text === '') return '';
  const lower = text.toLowerCase();
  if (lower.length > digits || !/^[0-9a-f]+$/.test(lower) || none.test(lower)) return '';
  if (lower.length === digits) return lower;
  return lower.length === digits / 2 ? lower.padStart(digits, '0') : '';
}
