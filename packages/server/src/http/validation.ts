import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { invalidInput, type FieldFault } from '../base/errors.ts';
import { plainMessage } from './plain-messages.ts';

/** Of the branches of a union, the one that came furthest: its complaints are about what was meant. */
function closestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const depth = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...issues.map((issue) => issue.path.length));
  return (
    branches.toSorted((left, right) => depth(right) - depth(left) || left.length - right.length)[0] ?? []
  );
}

function faultsOf(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[], whole: string): FieldFault[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const flat = issue.errors.flat();
    const values = flat.flatMap((inner) =>
      inner.code === 'invalid_value' && inner.path.length === 0 ? inner.values : [],
    );
    if (values.length > 0 && flat.every((inner) => inner.path.length === 0)) {
      return [{ field: path.join('.') || whole, message: `must be one of ${values.map(String).join(', ')}` }];
    }
    return closestBranch(issue.errors).flatMap((inner) => faultsOf(inner, path, whole));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not known here' }));
  }
  return [{ field: path.map(String).join('.') || whole, message: issue.message }];
}

/**
 * Names what is wrong with an input, field by field: `options.url must be ...`. A fault of the whole
 * input is named `whole`, such as `body`.
 */
function fieldFaults(error: z.core.$ZodError, whole: string): FieldFault[] {
  const seen = new Map<string, FieldFault>();
  for (const fault of error.issues.flatMap((issue) => faultsOf(issue, [], whole))) {
    if (!seen.has(fault.field)) seen.set(fault.field, fault);
  }
  return [...seen.values()];
}

const wholes: Readonly<Record<string, string>> = { querystring: 'query', headers: 'headers', params: 'path' };

/** Checks bodies, queries and parameters against zod schemas; a fault becomes `invalid_input` (422). */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const whole = wholes[httpPart ?? 'body'] ?? 'body';
  return (data: unknown) => {
    // A body that is absent altogether counts as an empty object, so that all-optional bodies may be left out.
    const input = httpPart === 'body' && (data === undefined || data === null) ? {} : data;
    const result = schema.safeParse(input, { error: plainMessage });
    if (result.success) return { value: result.data };
    const faults = fieldFaults(result.error, whole);
    const first = faults[0];
    const message = first === undefined ? undefined : `${first.field} ${first.message}`;
    return { error: invalidInput(faults, message) };
  };
};
