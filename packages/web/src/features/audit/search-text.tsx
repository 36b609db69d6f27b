import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './audit.module.css';

/** The text to search for. Each search is on record, so it begins with Enter and not with each letter. */
export function SearchText({
  text,
  onSearch,
}: {
  text: string | undefined;
  onSearch: (text: string | undefined) => void;
}) {
  const [draft, setDraft] = useState({ of: text, value: text ?? '' });
  // The address may change the text from elsewhere, such as with a saved search.
  const value = draft.of === text ? draft.value : (text ?? '');
  const search = (): void => onSearch(value.trim() === '' ? undefined : value.trim());
  return (
    <form
      role="search"
      className={classes['text']}
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <TextInput
        size="xs"
        type="search"
        data-search
        aria-label="Search in the text of events"
        placeholder="Search in the text of events, then Enter"
        maxLength={500}
        leftSection={<IconSearch size={14} />}
        value={value}
        onChange={(event) => setDraft({ of: text, value: event.currentTarget.value })}
        onBlur={() => {
          if (value.trim() === '' && text !== undefined) search();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </form>
  );
}
