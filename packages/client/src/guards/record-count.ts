const given = new WeakMap<object, number>();

/**
 * Says how many records the answer to a request holds, where its body does not show it: a stream, a file, a
 * text. `request` is the framework's own: Fastify's or Express's request, Hono's context.
 */
export function setRecordCount(request: object, count: number): void {
  given.set(request, count);
}

export function givenCount(request: object): number | undefined {
  return given.get(request);
}

const lists = ['items', 'data', 'results', 'records', 'rows'];

/** How many records a body plainly holds; undefined when it does not show. */
export function countOf(body: unknown): number | undefined {
  if (body === null || body === undefined || body === '') return 0;
  if (Array.isArray(body)) return body.length;
  if (typeof body !== 'object') return undefined;
  // Of plain objects only: streams, buffers and the like are containers of something unknown.
  const prototype: unknown = Object.getPrototypeOf(body);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const list = lists.map((name) => (body as Record<string, unknown>)[name]).find(Array.isArray);
  return list === undefined ? 1 : list.length;
}

/** The value of a JSON text, or the text itself. */
export function parsedText(body: unknown, contentType: unknown): unknown {
  if (typeof body !== 'string' || !/[/+]json\b/i.test(String(contentType))) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
