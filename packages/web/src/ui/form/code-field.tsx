import { TextInput } from '@mantine/core';
import form from '../form.module.css';

/** The six digits that an authenticator shows. */
export function CodeField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
}) {
  return (
    <TextInput
      label="Code"
      description="The six digits that your authenticator shows now."
      classNames={{ input: form['digits'] ?? '' }}
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={7}
      placeholder="000000"
      data-autofocus
      autoFocus
      required
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
