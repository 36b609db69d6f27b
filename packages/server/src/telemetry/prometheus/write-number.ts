/**
 * Writes a double as Prometheus's API does, without the quotes: Go's shortest digits, with an exponent below
 * 1e-6 and from 1e21 on (util/jsonutil/marshal.go). JavaScript draws the same lines and differs only in how
 * it writes the exponent, infinities and minus zero.
 */
export function writeValue(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  if (value !== value || (text.length < 10 && !text.includes('e') && !text.includes('I'))) return text;
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Writes milliseconds as seconds with three digits after the point, or none when they are whole. */
export function writeTime(ms: number): string {
  const fraction = Math.abs(ms % 1000);
  const whole = String(Math.trunc(Math.abs(ms) / 1000));
  const sign = ms < 0 ? '-' : '';
  return fraction === 0 ? sign + whole : `${sign}${whole}.${String(fraction).padStart(3, '0')}`;
}
