import { Input, NumberInput, Select } from '@mantine/core';
import { useId, useState } from 'react';
import classes from '../form.module.css';

const units = [
  ['ms', 'milliseconds', 1],
  ['s', 'seconds', 1000],
  ['min', 'minutes', 60_000],
  ['h', 'hours', 3_600_000],
  ['d', 'days', 86_400_000],
] as const;

type Unit = (typeof units)[number][0];

/** The largest unit in which the length is a whole number. */
function unitOf(ms: number | null): Unit {
  if (ms === null || ms === 0) return 's';
  const fitting = [...units].reverse().find(([, , size]) => ms % size === 0);
  return fitting?.[0] ?? 'ms';
}

/** A length of time as a number and a unit; holds milliseconds. */
export function DurationField({
  label,
  description,
  value,
  onChange,
  error,
  nullable = false,
  required = false,
}: {
  label: string;
  description?: string | undefined;
  value: number | null;
  onChange: (ms: number | null) => void;
  error?: string | undefined;
  /** Whether empty means that there is none. */
  nullable?: boolean;
  required?: boolean;
}) {
  const id = useId();
  const [unit, setUnit] = useState<Unit>(() => unitOf(value));
  const size = units.find(([name]) => name === unit)?.[2] ?? 1;
  return (
    <Input.Wrapper
      label={label}
      description={description}
      error={error}
      labelProps={{ htmlFor: id }}
      required={required}
    >
      <div className={classes['inline']}>
        <NumberInput
          id={id}
          value={value === null ? '' : value / size}
          min={0}
          error={error !== undefined}
          placeholder={nullable ? 'none' : ''}
          onChange={(next) => {
            if (next === '') onChange(nullable ? null : 0);
            else onChange(Math.round(Number(next) * size));
          }}
        />
        <Select
          aria-label={`${label}, unit`}
          data={units.map(([name, title]) => ({ value: name, label: title }))}
          value={unit}
          allowDeselect={false}
          w={140}
          onChange={(next) => {
            if (next === null) return;
            const chosen = units.find(([name]) => name === next);
            if (chosen === undefined) return;
            if (value !== null) onChange(Math.round((value / size) * chosen[2]));
            setUnit(chosen[0]);
          }}
        />
      </div>
    </Input.Wrapper>
  );
}
