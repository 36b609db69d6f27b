import type { LogFilter } from '@custos/client';
import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type SyntheticEvent } from 'react';
import classes from './logs.module.css';
import { suggestionsQuery } from './queries.ts';
import { atCaret, complete, type AtCaret } from './query-text.ts';

const mostShown = 12;
const typingMs = 120;

/** Fields and values that go on from what is written at the caret. */
function useSuggestions(filter: LogFilter, place: AtCaret | null) {
  const field = place?.field ?? null;
  const [asked] = useDebouncedValue(place === null ? null : place.prefix, typingMs);
  const time = { from: filter.from, to: filter.to, category: filter.category };
  const { data = [] } = useQuery({
    ...suggestionsQuery(time, field, asked ?? ''),
    enabled: place !== null && asked !== null,
  });
  if (place === null) return [];
  const prefix = place.prefix.toLowerCase();
  return data
    .filter(({ text }) => text.toLowerCase().startsWith(prefix) && text !== place.prefix)
    .slice(0, mostShown);
}

/** The text to search for, with what can be written at the caret; Enter searches. */
export function SearchBox({
  query,
  filter,
  problem,
  onSearch,
}: {
  query: string | undefined;
  filter: LogFilter;
  /** What is wrong with it, with the place. */
  problem: string | undefined;
  onSearch: (query: string | undefined) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState({ of: query, value: query ?? '' });
  const [caret, setCaret] = useState<number | null>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  // The address may change the text from elsewhere, such as with a click on a value.
  const value = draft.of === query ? draft.value : (query ?? '');
  const place = caret === null ? null : atCaret(value, caret);
  const suggestions = useSuggestions(filter, place);

  const write = (text: string): void => setDraft({ of: query, value: text });
  const look = ({ currentTarget }: SyntheticEvent<HTMLInputElement>): void => {
    const { selectionStart, selectionEnd } = currentTarget;
    setCaret(selectionStart === selectionEnd ? selectionStart : null);
  };
  const search = (): void => {
    combobox.closeDropdown();
    onSearch(value.trim() === '' ? undefined : value.trim());
  };
  function take(chosen: string): void {
    if (place === null) return;
    const next = complete(value, place, chosen);
    write(next.text);
    setCaret(next.caret);
    combobox.resetSelectedOption();
    // The caret can be put where it belongs only after the text is there.
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret));
  }

  return (
    <form
      role="search"
      className={classes['text']}
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <Combobox store={combobox} onOptionSubmit={take} position="bottom-start" width="target">
        <Combobox.Target>
          <TextInput
            ref={input}
            size="sm"
            data-search
            aria-label="Search logs"
            placeholder='level:error service:api "payment failed" duration:>100 -user:test'
            autoComplete="off"
            spellCheck={false}
            maxLength={2000}
            leftSection={<IconSearch size={15} />}
            value={value}
            error={problem}
            onChange={(event) => {
              write(event.currentTarget.value);
              look(event);
              combobox.openDropdown();
              combobox.resetSelectedOption();
            }}
            onSelect={look}
            onClick={() => combobox.openDropdown()}
            onBlur={() => {
              combobox.closeDropdown();
              setCaret(null);
              if (value.trim() === '' && query !== undefined) onSearch(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              if (!combobox.dropdownOpened || suggestions.length === 0) event.currentTarget.blur();
            }}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={suggestions.length === 0}>
          <Combobox.Options
            className={classes['options'] ?? ''}
            aria-label={place?.field === null ? 'Fields' : `Values of ${place?.field ?? ''}`}
          >
            {suggestions.map(({ text, records }) => (
              <Combobox.Option key={text} value={text}>
                <span className="mono">{text === '' ? '""' : text}</span>
                {records === 0 ? null : <span className="faint">{records.toLocaleString('en')}</span>}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
    </form>
  );
}
