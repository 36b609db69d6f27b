const secretName = /password|passphrase|secret|token|credential|proof|code|private|authorization|cookie/i;
const longestText = 500;

function readable(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length > longestText ? `${value.slice(0, longestText)} ...` : value;
  }
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) && inner !== null ? '(hidden)' : readable(inner),
    ]),
  );
}

/** What the second person is shown of a body: everything but values under names of secrets. */
export function readableBody(body: string | null): string | null {
  return body === null ? null : JSON.stringify(readable(JSON.parse(body)));
}
