import type { z } from 'zod';

/** One thing that is wrong with the configuration. */
export interface Finding {
  /** Where it is: `probes[2].intervalMs`, or the name of an environment variable. */
  readonly path: string;
  /** What is there, shortened; empty when nothing is. */
  readonly value: string;
  /** What would be right. */
  readonly message: string;
}

/** The configuration cannot be used; `findings` says everything that is wrong with it, not only the first. */
export class ConfigurationError extends Error {
  readonly findings: readonly Finding[];

  constructor(source: string, findings: readonly Finding[]) {
    super(`${source}:\n${findings.map(formatFinding).join('\n')}`);
    this.name = 'ConfigurationError';
    this.findings = findings;
  }
}

/** Writes one finding the way a compiler would. */
export function formatFinding({ path, value, message }: Finding): string {
  return value === '' ? `  ${path}: ${message}` : `  ${path}: ${message} (it is ${value})`;
}

function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    text += typeof part === 'number' ? `[${part}]` : text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Shortens a value for a finding. Structures and secrets are not shown. */
function show(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || typeof value === 'object') return '';
  if (/password|token|secret|key|url/i.test(String(path.at(-1)))) return '';
  return JSON.stringify(value).slice(0, 80);
}

/** Turns a schema's issues into findings; unknown fields become one finding each. */
export function findingsOf(error: z.ZodError, input: unknown): Finding[] {
  return error.issues.flatMap((issue): Finding[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: pathText([...issue.path, key]),
        value: '',
        message: 'is not a known field',
      }));
    }
    const last = String(issue.path.at(-1));
    if (issue.code === 'invalid_type' && last.endsWith('Ms')) {
      const path = [...issue.path.slice(0, -1), last.slice(0, -2)];
      const message = 'must be a duration such as 30s, 5m or 1h30m';
      return [{ path: pathText(path), value: show(valueAt(input, path), path), message }];
    }
    const value = show(valueAt(input, issue.path), issue.path);
    return [{ path: pathText(issue.path), value, message: issue.message }];
  });
}
