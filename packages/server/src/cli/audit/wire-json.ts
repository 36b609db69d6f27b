/** Names of fields that hold an instant in ms. */
const instants = /^(at|[a-z]+At|time|[a-z]+Time)$/;

/** JSON for other programs, with instants as RFC 3339, as the server writes them. */
export function wireJson(value: unknown): string {
  return JSON.stringify(value, (name, one: unknown) =>
    typeof one === 'number' && instants.test(name) ? new Date(one).toISOString() : one,
  );
}
