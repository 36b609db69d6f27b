import { auditOutcome, auditSeverity } from '@custos/contract';
import type { AuditFilter } from '@custos/client';
import { Autocomplete, Button, Popover, Select } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import classes from './audit.module.css';
import { filterWords, type FilterName } from './filter.ts';
import { ledgerQuery, topQuery, typesQuery, type TopField } from './queries.ts';

const topFields = new Set<string>(['actor', 'action', 'type', 'source', 'target', 'outcome']);

const isTopField = (name: FilterName): name is FilterName & TopField => topFields.has(name);

/** Values that make sense for a filter: what is frequent among the events that are seen, or all that there are. */
function useSuggestions(name: FilterName, filter: AuditFilter, enabled: boolean): readonly string[] {
  const fromTop = isTopField(name) && name !== 'outcome';
  const top = useQuery({
    ...topQuery(filter, isTopField(name) ? name : 'action'),
    enabled: enabled && fromTop,
  }).data;
  const wantsTypes = name === 'type' || name === 'category';
  const types = useQuery({ ...typesQuery, enabled: enabled && wantsTypes }).data?.types ?? [];
  const logs = useQuery({ ...ledgerQuery, enabled: enabled && name === 'log' }).data?.logs ?? [];
  const frequent = fromTop ? (top?.values ?? []).map(({ value }) => value) : [];
  switch (name) {
    case 'outcome':
      return auditOutcome.options;
    case 'severity':
      return auditSeverity.options;
    case 'category':
      return [...new Set(types.map(({ category }) => category))];
    case 'type':
      return [...new Set([...frequent, ...types.map(({ type }) => type)])];
    case 'log':
      return logs.map((log) => log.name);
    case 'action':
    case 'actor':
    case 'target':
    case 'source':
      return frequent;
    case 'party':
    case 'tenant':
    case 'requestId':
    case 'traceId':
    case 'detail':
      return [];
  }
}

function AddForm({
  filter,
  onAdd,
}: {
  filter: AuditFilter;
  onAdd: (name: FilterName, value: string) => void;
}) {
  const [name, setName] = useState<FilterName>('action');
  const [value, setValue] = useState('');
  const [error, setError] = useState<string>();
  const suggestions = useSuggestions(name, filter, true);
  const words = filterWords[name];

  function submit(event: FormEvent): void {
    event.preventDefault();
    const given = value.trim();
    if (given === '') setError('Say which.');
    else if (name === 'detail' && !/^[^=]+=/.test(given)) setError('Write path=value, such as order.id=17.');
    else if ((name === 'outcome' || name === 'severity') && !suggestions.includes(given)) {
      setError(`Must be one of ${suggestions.join(', ')}.`);
    } else onAdd(name, given);
  }

  return (
    <form className={classes['addForm']} onSubmit={submit} noValidate>
      <Select
        size="xs"
        label="Filter by"
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={Object.entries(filterWords).map(([each, { title }]) => ({ value: each, label: title }))}
        value={name}
        onChange={(next) => {
          if (next === null) return;
          setName(next as FilterName);
          setValue('');
          setError(undefined);
        }}
      />
      <Autocomplete
        key={name}
        size="xs"
        label={words.title}
        description={words.hint}
        data-autofocus
        limit={12}
        comboboxProps={{ withinPortal: false }}
        data={[...suggestions]}
        value={value}
        error={error}
        onChange={(next) => {
          setValue(next);
          setError(undefined);
        }}
      />
      <div>
        <Button type="submit" size="xs">
          Add the filter
        </Button>
      </div>
    </form>
  );
}

/** A filter more, with what there is to choose from. */
export function AddFilter({
  filter,
  onAdd,
}: {
  filter: AuditFilter;
  onAdd: (name: FilterName, value: string) => void;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={300} position="bottom-start" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconFilter size={14} />}
          onClick={() => setOpen(!open)}
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Add a filter">
        <AddForm
          filter={filter}
          onAdd={(name, value) => {
            setOpen(false);
            onAdd(name, value);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
