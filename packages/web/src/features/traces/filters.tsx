import { Autocomplete, NumberInput, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import type { TracesSearch } from './search.ts';
import classes from './traces.module.css';

const traceIdPattern = /^[0-9a-f]{32}$/;

/** Opens a trace whose id somebody has. */
function OpenById() {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className={classes['byId']}
      onSubmit={(event) => {
        event.preventDefault();
        const traceId = text.trim().toLowerCase();
        if (traceIdPattern.test(traceId)) void navigate({ to: '/traces/$traceId', params: { traceId } });
        else setWrong(true);
      }}
    >
      <TextInput
        size="xs"
        data-search
        aria-label="Open a trace by its id"
        placeholder="Open by trace id"
        leftSection={<IconSearch size={14} />}
        value={text}
        error={wrong ? 'A trace id has 32 digits of 0-9 and a-f.' : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(false);
        }}
      />
    </form>
  );
}

/** What traces are wanted, beside their time. */
export function Filters({
  search,
  services,
  onChange,
}: {
  search: TracesSearch;
  /** Services to offer. */
  services: readonly string[];
  onChange: (next: TracesSearch) => void;
}) {
  const later = useDebouncedCallback((part: TracesSearch) => onChange({ ...search, ...part }), 350);
  const [service, setService] = useState(search.service ?? '');
  const [name, setName] = useState(search.name ?? '');
  return (
    <FilterBar>
      <OpenById />
      <Autocomplete
        size="xs"
        className={classes['field'] ?? ''}
        aria-label="Service"
        placeholder="Any service"
        data={[...services]}
        value={service}
        onChange={(value) => {
          setService(value);
          later({ service: value.trim() || undefined });
        }}
      />
      <TextInput
        size="xs"
        className={classes['field'] ?? ''}
        aria-label="Name of a span, in full"
        placeholder="Any span, or its full name"
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          later({ name: event.currentTarget.value.trim() || undefined });
        }}
      />
      <NumberInput
        size="xs"
        className={classes['length'] ?? ''}
        aria-label="Shortest duration, milliseconds"
        placeholder="Any duration"
        prefix="≥ "
        suffix=" ms"
        min={0}
        hideControls
        value={search.min ?? ''}
        onChange={(value) => later({ min: value === '' ? undefined : Number(value) })}
      />
      <Choices<'all' | 'errors'>
        label="Outcome"
        value={search.errors === 'yes' ? 'errors' : 'all'}
        options={[
          ['all', 'All'],
          ['errors', 'With errors'],
        ]}
        onChange={(value) => onChange({ ...search, errors: value === 'errors' ? 'yes' : undefined })}
      />
    </FilterBar>
  );
}
