import { z } from 'zod';

type Schema = z.core.$ZodType;

const isSchema = (value: unknown): value is Schema => value instanceof z.core.$ZodType;

/** The schemas that a schema is made of, one level down, on either side of a codec. */
function childrenOf(schema: Schema): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'lazy') return [def.getter()];
  const fields: unknown[] = def.type === 'object' ? Object.values(def.shape) : [];
  return [...Object.values(def), ...fields].flat().filter(isSchema);
}

/** True when `matches` holds for the schema or for anything that it is made of, however deep. */
export function someSchema(root: Schema, matches: (schema: Schema) => boolean): boolean {
  const seen = new Set<Schema>();
  const waiting = [root];
  for (let schema = waiting.pop(); schema !== undefined; schema = waiting.pop()) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    if (matches(schema)) return true;
    waiting.push(...childrenOf(schema));
  }
  return false;
}
