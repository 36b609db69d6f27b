import { Checkbox } from '@mantine/core';
import classes from '../form.module.css';

/** Any of several things, each with a box of its own. */
export function CheckList<Value extends string>({
  label,
  description,
  options,
  value,
  error,
  onChange,
}: {
  label: string;
  description: string;
  /** What can be chosen, and its words. */
  options: readonly (readonly [Value, string])[];
  value: readonly Value[];
  error?: string | undefined;
  onChange: (chosen: Value[]) => void;
}) {
  return (
    <Checkbox.Group
      label={label}
      description={description}
      value={[...value]}
      error={error}
      onChange={(chosen) => onChange(chosen as Value[])}
    >
      <div className={classes['checks']}>
        {options.map(([name, words]) => (
          <Checkbox key={name} size="xs" value={name} label={words} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
