import { NumberInput, PasswordInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { DurationField } from '../form/duration-field.tsx';
import { PairsField } from '../form/pairs-field.tsx';
import { isStoredSecret, shapeOf, type FieldSchema } from './schema.ts';

interface Props {
  name: string;
  field: FieldSchema;
  value: unknown;
  required: boolean;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

/** One option of a kind, with the control that suits its schema. */
export function SchemaField({ name, field, value, required, error, onChange }: Props) {
  const { shape, nullable, schema } = shapeOf(field);
  const common = { label: field.title ?? name, description: field.description, error, required };
  const placeholder = field.placeholder ?? '';
  switch (shape) {
    case 'text':
      return (
        <TextInput
          {...common}
          placeholder={placeholder}
          value={text(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'long-text':
      return (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxRows={12}
          placeholder={placeholder}
          value={text(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'secret':
      return (
        <PasswordInput
          {...common}
          required={required && !isStoredSecret(value)}
          autoComplete="off"
          placeholder={isStoredSecret(value) ? 'Stored. Type to replace it.' : placeholder}
          value={text(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          placeholder={nullable ? 'none' : placeholder}
          min={schema.minimum ?? Number.MIN_SAFE_INTEGER}
          max={schema.maximum ?? Number.MAX_SAFE_INTEGER}
          allowDecimal={schema.type === 'number'}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(next === '' ? (nullable ? null : undefined) : Number(next))}
        />
      );
    case 'duration':
      return (
        <DurationField
          {...common}
          nullable={nullable}
          value={typeof value === 'number' ? value : null}
          onChange={onChange}
        />
      );
    case 'switch':
      return (
        <Switch
          label={field.title ?? name}
          description={field.description}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={(schema.enum ?? []).map(String)}
          allowDeselect={!required && field.default === undefined}
          value={text(value) === '' ? null : text(value)}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case 'lines':
      return (
        <TagsInput
          {...common}
          placeholder={Array.isArray(value) && value.length > 0 ? '' : placeholder}
          acceptValueOnBlur
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
        />
      );
    case 'pairs':
      return <PairsField {...common} value={(value ?? {}) as Record<string, string>} onChange={onChange} />;
    case 'json':
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          placeholder="JSON"
          defaultValue={value === undefined ? '' : JSON.stringify(value, null, 2)}
          onBlur={(event) => {
            const written = event.currentTarget.value;
            try {
              onChange(written.trim() === '' ? undefined : JSON.parse(written));
            } catch {
              onChange(written);
            }
          }}
        />
      );
  }
}
