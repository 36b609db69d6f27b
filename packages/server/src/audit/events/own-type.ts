import { z } from 'zod';
import { detailsOf, present, type EventType, type Whose } from './event-type.ts';
import type { RetentionClass, Severity } from './types.ts';

/** A field of a type that a service describes as plain data, such as in a configuration file. */
export interface OwnField {
  readonly kind: 'text' | 'number' | 'boolean' | 'json';
  readonly required?: boolean | undefined;
  /** Sealed under the key of this party, and erased with it. */
  readonly sensitive?: Whose | undefined;
}

/** A type of event as plain data. */
export interface OwnTypeDescription {
  readonly type: string;
  readonly title: string;
  readonly retention: RetentionClass;
  readonly severity?: Severity | undefined;
  readonly fields: Readonly<Record<string, OwnField>>;
}

const schemaOf: Readonly<Record<OwnField['kind'], () => z.ZodType>> = {
  text: () => z.string('must be text'),
  number: () => z.number('must be a number'),
  boolean: () => z.boolean('must be true or false'),
  json: () => present,
};

/** The event type that a description stands for; give it to `createCatalogue`. */
export function ownType(description: OwnTypeDescription): EventType {
  const shape: Record<string, z.ZodType> = {};
  const sensitive: Record<string, Whose> = {};
  for (const [name, field] of Object.entries(description.fields)) {
    const schema = schemaOf[field.kind]();
    shape[name] = field.required === true ? schema : schema.optional();
    if (field.sensitive !== undefined) sensitive[`details.${name}`] = field.sensitive;
  }
  return {
    type: description.type,
    category: 'own',
    title: description.title,
    retention: description.retention,
    severity: description.severity ?? 'info',
    details: detailsOf(shape),
    sensitive,
  };
}
