import type { z } from 'zod';
import { conflict, CustosError, invalidInput } from '../base/errors.ts';

/** The holder's lease passed to another, or its job was settled; its writes are refused (409). */
export function leaseLost(what: string): CustosError {
  return new CustosError('lease_lost', `The lease on ${what} is no longer held; nothing was written.`, {
    status: 409,
  });
}

/** No handler for this kind is defined. */
export function unknownKind(kind: string): CustosError {
  return invalidInput([{ field: 'kind', message: `There is no job kind "${kind}".` }]);
}

/** The payload does not fit the schema of its kind; names each field. */
export function invalidPayload(kind: string, error: z.ZodError): CustosError {
  const fields = error.issues.map((issue) => ({
    field: ['payload', ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
  return invalidInput(fields, `The payload is not valid for a job of kind "${kind}".`);
}

/** Only a dead job can be replayed or discarded. */
export function notDead(id: string): CustosError {
  return conflict(`The job "${id}" is not dead; only a dead job can be replayed or discarded.`);
}

/** A pending job of the same kind and key does this work already. */
export function keyTaken(id: string): CustosError {
  return conflict(`A pending job has the same kind and key as "${id}"; discard one of them.`);
}

/** Thrown by a handler when trying again cannot help: the job goes to the dead letters at once. */
export class PermanentFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PermanentFailure';
  }
}
