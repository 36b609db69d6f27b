import { Select } from '@mantine/core';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** An IANA time zone by name. */
export function TimeZoneField({
  value,
  onChange,
  error,
  description,
}: {
  value: string;
  onChange: (zone: string) => void;
  error?: string | undefined;
  description?: string;
}) {
  return (
    <Select
      label="Time zone"
      description={description}
      searchable
      limit={60}
      allowDeselect={false}
      data={zones.includes(value) ? zones : [value, ...zones]}
      value={value}
      error={error}
      onChange={(zone) => onChange(zone ?? value)}
    />
  );
}
