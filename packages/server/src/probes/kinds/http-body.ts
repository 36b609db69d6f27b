import { query } from 'jsonpath-rfc9535';
import { RE2JS } from 're2js';
import { z } from 'zod';

/** What a body must hold; each part that is given must be met. */
export interface BodyExpectation {
  readonly bodyContains?: string | undefined;
  readonly bodyMatches?: string | undefined;
  readonly jsonPath?: string | undefined;
  readonly jsonEquals?: string | undefined;
}

/**
 * A JSONPath (RFC 9535). Its functions `match` and `search` are refused: they would run patterns with an
 * engine that can take exponential time.
 */
export const jsonPath = z
  .string()
  .max(1000)
  .superRefine((path, context) => {
    if (/\b(match|search)\s*\(/.test(path)) {
      context.addIssue({
        code: 'custom',
        message: 'must not use match() or search(); use "Body matches" for patterns',
      });
      return;
    }
    try {
      query({}, path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `is not a JSONPath (RFC 9535): ${why}` });
    }
  });

/** Says what is wrong with a body, or `undefined` when it is as expected. */
export function bodyFault(body: string, expected: BodyExpectation): string | undefined {
  if (expected.bodyContains !== undefined && !body.includes(expected.bodyContains)) {
    return `The body does not contain "${expected.bodyContains}".`;
  }
  if (expected.bodyMatches !== undefined && !RE2JS.compile(expected.bodyMatches).matcher(body).find()) {
    return `The body does not match ${expected.bodyMatches}.`;
  }
  return expected.jsonPath === undefined
    ? undefined
    : jsonFault(body, expected.jsonPath, expected.jsonEquals);
}

function jsonFault(body: string, path: string, wanted: string | undefined): string | undefined {
  let document: Parameters<typeof query>[0];
  try {
    document = JSON.parse(body) as typeof document;
  } catch {
    return 'The body is not JSON.';
  }
  const found = query(document, path);
  if (found.length === 0) return `The body has nothing at ${path}.`;
  if (wanted === undefined) return undefined;
  const texts = found.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  if (texts.includes(wanted)) return undefined;
  return `The body has ${(texts[0] ?? '').slice(0, 100)} at ${path}, expected ${wanted}.`;
}
