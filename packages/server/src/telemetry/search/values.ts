import { fieldOf } from './language/fields.ts';
import type { ColumnParameters } from '../../storage/columns/columns.ts';

/** The value of a field as an expression of columns, with what is bound in it. */
export interface FieldValue {
  readonly sql: string;
  readonly parameters: ColumnParameters;
}

/** The value of the field of a name; `key` names its parameter. A record that has none has an empty text. */
export function fieldValue(name: string, key: string): FieldValue {
  const field = fieldOf(name);
  switch (field.kind) {
    case 'severity':
      return { sql: 'toString(severity)', parameters: {} };
    case 'category':
      return { sql: 'toString(category)', parameters: {} };
    case 'masked':
      return { sql: "arrayStringConcat(masked, ' ')", parameters: {} };
    case 'time':
      return { sql: 'toString(time)', parameters: {} };
    case 'place':
      if (field.of.kind === 'column') return { sql: `toString(${field.of.column})`, parameters: {} };
      return { sql: `attributes[{${key}:String}]`, parameters: { [key]: field.of.name } };
    case 'exists':
      return { sql: "''", parameters: {} };
  }
}
