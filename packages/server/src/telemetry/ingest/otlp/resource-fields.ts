import { addAttributes } from './attributes.ts';
import type { Resource, Scope } from './messages.ts';

/** What records and spans of one resource and scope have in common. */
export interface CommonFields {
  readonly service: string;
  readonly host: string;
  /** Attributes of the resource and the scope, without those that have a place of their own. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Reads a resource by OpenTelemetry's semantic conventions: `service.name`, `host.name`. */
export function commonFields(resource: Resource | undefined, scope: Scope | undefined): CommonFields {
  const fields: Record<string, string> = {};
  addAttributes(fields, resource?.attributes);
  const { 'service.name': service = '', 'host.name': host = '', ...others } = fields;
  addAttributes(others, scope?.attributes, 'scope.');
  if (scope?.name !== undefined && scope.name !== '') others['scope.name'] = scope.name;
  if (scope?.version !== undefined && scope.version !== '') others['scope.version'] = scope.version;
  return { service, host, fields: others };
}

/** An id of a trace or span; one that is all zeros, or of another length, is none. */
export function idOf(digits: string | undefined, length: 16 | 32): string {
  return digits === undefined || digits.length !== length || /^0*$/.test(digits) ? '' : digits;
}
