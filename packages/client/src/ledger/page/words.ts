/** `1 event`, `2,000 events`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** POSIX seconds as `2026-01-01 00:00:00 UTC`. */
export function utc(seconds: number): string {
  const time = new Date(seconds * 1000);
  if (Number.isNaN(time.getTime())) return `${seconds} s`;
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
