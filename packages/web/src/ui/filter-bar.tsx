import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import classes from './filter-bar.module.css';

/** Search and filters above a list; what is chosen is in the address. */
export function FilterBar({
  search,
  onSearch,
  placeholder = 'Search by name',
  children,
}: {
  search?: string | undefined;
  onSearch?: (text: string | undefined) => void;
  placeholder?: string;
  children?: ReactNode;
}) {
  const [text, setText] = useState(search ?? '');
  const later = useDebouncedCallback((value: string) => onSearch?.(value === '' ? undefined : value), 200);
  return (
    <div className={classes['bar']}>
      {onSearch === undefined ? null : (
        <TextInput
          size="xs"
          className={classes['search']}
          data-search
          aria-label={placeholder}
          placeholder={placeholder}
          leftSection={<IconSearch size={14} />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            later(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
      )}
      {children}
    </div>
  );
}

/** A few choices side by side, one of them taken. */
export function Choices<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}) {
  const row = useRef<HTMLDivElement>(null);
  // Where there is no room for all of them, what is taken is in sight.
  useEffect(() => {
    const taken = row.current?.querySelector<HTMLElement>('[aria-pressed=true]');
    if (row.current === null || taken === null || taken === undefined) return;
    row.current.scrollLeft = taken.offsetLeft - row.current.offsetLeft - row.current.clientWidth / 3;
  }, [value]);
  return (
    <div ref={row} className={classes['choices']} role="group" aria-label={label}>
      {options.map(([option, title]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {title}
        </button>
      ))}
    </div>
  );
}

/** Choices side by side of which several can be taken; none taken means all. */
export function ManyChoices<Value extends string>({
  label,
  all,
  values,
  options,
  onChange,
}: {
  label: string;
  /** The word for all of them. */
  all: string;
  values: readonly Value[];
  options: readonly (readonly [Value, string])[];
  onChange: (values: readonly Value[]) => void;
}) {
  const toggled = (option: Value): readonly Value[] =>
    values.includes(option)
      ? values.filter((each) => each !== option)
      : options.map(([each]) => each).filter((each) => each === option || values.includes(each));
  return (
    <div className={classes['choices']} role="group" aria-label={label}>
      <button type="button" aria-pressed={values.length === 0} onClick={() => onChange([])}>
        {all}
      </button>
      {options.map(([option, title]) => (
        <button
          key={option}
          type="button"
          aria-pressed={values.includes(option)}
          onClick={() => onChange(toggled(option))}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
