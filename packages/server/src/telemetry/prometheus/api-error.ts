import type { PromqlError, PromqlErrorType } from '../promql/errors.ts';

/** The classes of failure of the API (web/api/v1/api.go). */
export type ApiErrorType = PromqlErrorType | 'unavailable' | 'internal';

const statuses: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  canceled: 503,
  timeout: 503,
  unavailable: 503,
  internal: 500,
};

/** A refusal in the terms of Prometheus's API. */
export class ApiError extends Error {
  readonly type: ApiErrorType;

  constructor(type: ApiErrorType, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.type = type;
  }

  get status(): number {
    return statuses[this.type];
  }
}

/** A parameter that cannot be used, in the words of Prometheus. */
export const invalidParameter = (name: string, message: string): ApiError =>
  new ApiError('bad_data', `invalid parameter "${name}": ${message}`);

/** A refused query as the API tells it; a fault of its text is a fault of the parameter. */
export const ofQuery = (error: PromqlError): ApiError =>
  error.type === 'bad_data'
    ? invalidParameter('query', error.message)
    : new ApiError(error.type, error.message, error);
