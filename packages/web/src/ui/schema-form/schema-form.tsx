import { useState } from 'react';
import classes from '../form.module.css';
import { SchemaField } from './schema-field.tsx';
import type { FieldSchema, OptionsSchema } from './schema.ts';
import own from './schema-form.module.css';

type Values = Readonly<Record<string, unknown>>;

function differs(field: FieldSchema, value: unknown): boolean {
  if (value === undefined || value === '') return false;
  return JSON.stringify(value) !== JSON.stringify(field.default);
}

/**
 * The options of a kind as a form, from its JSON Schema: what is required first, the rest folded away until
 * it is wanted or holds something.
 */
export function SchemaForm({
  schema,
  values,
  errors,
  unfolded = false,
  onChange,
}: {
  schema: OptionsSchema;
  values: Values;
  /** Messages by option name. */
  errors: Readonly<Record<string, string>>;
  /** True to show every option, as where nothing can be pressed. */
  unfolded?: boolean;
  onChange: (name: string, value: unknown) => void;
}) {
  const fields = Object.entries(schema.properties ?? {});
  const required = fields.filter(([name]) => schema.required?.includes(name));
  const optional = fields.filter(([name]) => !schema.required?.includes(name));
  const foldable = !unfolded && required.length > 0 && optional.length > 2;
  const used = optional.some(([name, field]) => differs(field, values[name]) || errors[name] !== undefined);
  const [wanted, setWanted] = useState(used);
  const open = !foldable || wanted || optional.some(([name]) => errors[name] !== undefined);

  const draw = ([name, field]: readonly [string, FieldSchema]) => (
    <SchemaField
      key={name}
      name={name}
      field={field}
      value={values[name]}
      required={schema.required?.includes(name) ?? false}
      error={errors[name]}
      onChange={(value) => onChange(name, value)}
    />
  );

  return (
    <div className={classes['group']}>
      {required.map(draw)}
      {foldable ? (
        <button type="button" className={own['fold']} aria-expanded={open} onClick={() => setWanted(!open)}>
          {open ? 'Fewer options' : `More options (${optional.length})`}
        </button>
      ) : null}
      {open ? optional.map(draw) : null}
    </div>
  );
}
