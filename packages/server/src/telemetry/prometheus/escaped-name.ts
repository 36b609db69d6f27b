/**
 * Reads a name from a path where it may be escaped so that it holds letters, digits and underscores only:
 * `U__`, then each other character as `_hex_` and each underscore doubled (Prometheus's "value encoding",
 * docs/practices/naming and model/metric.go of prometheus/common). What is not such an escape stays as it is.
 */
export function unescapeName(name: string): string {
  if (!name.startsWith('U__')) return name;
  const body = name.slice(3);
  if (!/^(?:[a-zA-Z0-9:]|__|_[\da-fA-F]{1,6}_)*$/.test(body)) return name;
  let whole = true;
  const text = body.replaceAll(/__|_([\da-fA-F]{1,6})_/g, (_match, hex: string | undefined) => {
    if (hex === undefined) return '_';
    const point = Number.parseInt(hex, 16);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) whole = false;
    return whole ? String.fromCodePoint(point) : '';
  });
  return whole ? text : name;
}
