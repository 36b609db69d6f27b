/** The part of JSON Schema (2020-12) that kinds use for their options. */
export interface FieldSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
  readonly additionalProperties?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly secret?: boolean;
  readonly multiline?: boolean;
  /** `ms` for lengths of time. */
  readonly unit?: string;
}

export interface OptionsSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

export type FieldShape =
  | 'text'
  | 'long-text'
  | 'secret'
  | 'number'
  | 'duration'
  | 'switch'
  | 'choice'
  | 'lines'
  | 'pairs'
  | 'json';

/** Whether null is allowed, and the schema without it. */
function withoutNull(schema: FieldSchema): { readonly schema: FieldSchema; readonly nullable: boolean } {
  const options = schema.anyOf?.filter((option) => option.type !== 'null');
  if (schema.anyOf === undefined || options === undefined) return { schema, nullable: false };
  const nullable = options.length < schema.anyOf.length;
  const [only] = options;
  return { schema: options.length === 1 && only !== undefined ? { ...schema, ...only } : schema, nullable };
}

/** Which control suits a field. */
export function shapeOf(field: FieldSchema): {
  readonly shape: FieldShape;
  readonly nullable: boolean;
  readonly schema: FieldSchema;
} {
  const { schema, nullable } = withoutNull(field);
  const found = (shape: FieldShape) => ({ shape, nullable, schema });
  if (schema.secret === true) return found('secret');
  if (schema.enum !== undefined) return found('choice');
  if (schema.type === 'boolean') return found('switch');
  if (schema.type === 'integer' || schema.type === 'number')
    return found(schema.unit === 'ms' ? 'duration' : 'number');
  if (schema.type === 'string') return found(schema.multiline === true ? 'long-text' : 'text');
  const simple = (item: FieldSchema | undefined): boolean =>
    item !== undefined &&
    (item.type === 'string' || item.type === 'integer' || (item.anyOf?.every(simple) ?? false));
  if (schema.type === 'array' && simple(schema.items)) return found('lines');
  if (schema.type === 'object' && schema.additionalProperties !== undefined) return found('pairs');
  if (
    schema.type === undefined &&
    schema.anyOf?.every((option) => option.type === 'string' || option.type === 'integer')
  ) {
    return found('text');
  }
  return found('json');
}

/** A secret that is stored comes back as this, never as itself. */
export function isStoredSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'secret' in value;
}

/** The options as they are sent: empty fields are left out, a stored secret that was not touched too. */
export function sendable(
  schema: OptionsSchema,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = Object.keys(schema.properties ?? {});
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        known.includes(name) && value !== undefined && value !== '' && !isStoredSecret(value),
    ),
  );
}

/** The options as a configuration file has them: no defaults, and secrets as references to the environment. */
export function writtenOptions(
  schema: OptionsSchema,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fields = schema.properties ?? {};
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === '') return [];
      if (fields[name]?.secret === true) {
        return [[name, { env: name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase() }]];
      }
      return JSON.stringify(value) === JSON.stringify(fields[name]?.default) ? [] : [[name, value]];
    }),
  );
}

/** What the fields hold at first: the defaults of the schema, then what is stored. */
export function initialOptions(
  schema: OptionsSchema,
  stored: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const defaults = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...stored };
}
