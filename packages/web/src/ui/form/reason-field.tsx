import { Textarea } from '@mantine/core';

/** Why somebody does something, in their own words; who reads it later is told by the description. */
export function ReasonField({
  label = 'Why',
  description,
  placeholder = '',
  required = false,
  focused = false,
  value,
  error,
  onChange,
}: {
  label?: string;
  description: string;
  placeholder?: string;
  required?: boolean;
  /** Whether a dialog that holds it begins here. */
  focused?: boolean;
  value: string;
  error?: string | undefined;
  onChange: (reason: string) => void;
}) {
  return (
    <Textarea
      label={label}
      description={description}
      placeholder={placeholder}
      required={required}
      data-autofocus={focused || undefined}
      autosize
      minRows={2}
      maxLength={500}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
