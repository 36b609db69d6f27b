import { ActionIcon, Button, Input, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import classes from '../form.module.css';

type Pairs = Readonly<Record<string, string>>;

/** Names with values, such as headers or labels; a row without a name counts for nothing. */
export function PairsField({
  label,
  description,
  value,
  onChange,
  error,
  nameHint = 'name',
  valueHint = 'value',
}: {
  label: string;
  description?: string | undefined;
  value: Pairs;
  onChange: (pairs: Record<string, string>) => void;
  error?: string | undefined;
  nameHint?: string;
  valueHint?: string;
}) {
  const [rows, setRows] = useState<readonly (readonly [string, string])[]>(() => Object.entries(value));
  const change = (next: readonly (readonly [string, string])[]): void => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(([name]) => name.trim() !== '')));
  };
  const set = (index: number, pair: readonly [string, string]): void =>
    change(rows.map((row, at) => (at === index ? pair : row)));
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <div className={classes['pairs']}>
        {rows.map(([name, content], index) => (
          // Rows have no identity of their own: they are their place.
          // eslint-disable-next-line react/no-array-index-key
          <div key={index} className={classes['pair']}>
            <TextInput
              aria-label={`${label}, name ${index + 1}`}
              placeholder={nameHint}
              value={name}
              onChange={(event) => set(index, [event.currentTarget.value, content])}
            />
            <TextInput
              aria-label={`${label}, value ${index + 1}`}
              placeholder={valueHint}
              value={content}
              onChange={(event) => set(index, [name, event.currentTarget.value])}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${name === '' ? `row ${index + 1}` : name}`}
              onClick={() => change(rows.filter((_, at) => at !== index))}
            >
              <IconX size={14} />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<IconPlus size={12} />}
            onClick={() => setRows([...rows, ['', '']])}
          >
            Add
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}
