const secretName = /password|passphrase|secret|token|credential|proof|code|private|authorization|cookie/i;
const longestText = 500;
/** What lies deeper helps nobody to decide, and could be nested without end. */
const deepest = 20;

function readable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    return value.length > longestText ? `${value.slice(0, longestText)} ...` : value;
  }
  if (value === null || typeof value !== 'object') return value;
  if (depth === deepest) return '(nested too deep to show)';
  if (Array.isArray(value)) return value.map((inner) => readable(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) && inner !== null ? '(hidden)' : readable(inner, depth + 1),
    ]),
  );
}

/** What the second person is shown of a body: everything but values under names of secrets. */
export function readableBody(body: string | null): string | null {
  return body === null ? null : JSON.stringify(readable(JSON.parse(body)));
}
