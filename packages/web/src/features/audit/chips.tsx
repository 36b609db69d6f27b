import { Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { absolute } from '../../ui/time.tsx';
import classes from './audit.module.css';
import { chipsOf, withoutFilter } from './filter.ts';
import type { AuditSearch } from './search.ts';

function timeWords({ from, to }: AuditSearch): string | null {
  if (from !== undefined && to !== undefined) return `${absolute(from)} to ${absolute(to)}`;
  if (from !== undefined) return `from ${absolute(from)}`;
  return to === undefined ? null : `before ${absolute(to)}`;
}

/** What is filtered by, each with a way to take it off. */
export function Chips({ search, onChange }: { search: AuditSearch; onChange: (next: AuditSearch) => void }) {
  const chips = chipsOf(search);
  const time = timeWords(search);
  if (chips.length === 0 && time === null) return null;
  return (
    <ul className={classes['chips']} aria-label="Filters">
      {time === null ? null : (
        <li className={classes['chip']}>
          <span title={time}>
            <b>Received</b> {time}
          </span>
          <button
            type="button"
            aria-label="Remove the filter by time"
            onClick={() => onChange({ ...search, from: undefined, to: undefined })}
          >
            <IconX size={12} />
          </button>
        </li>
      )}
      {chips.map((chip) => (
        <li key={`${chip.name} ${chip.value}`} className={classes['chip']}>
          <span title={chip.value}>
            <b>{chip.title}</b> {chip.value}
          </span>
          <button
            type="button"
            aria-label={`Remove the filter ${chip.title} ${chip.value}`}
            onClick={() => onChange(withoutFilter(search, chip))}
          >
            <IconX size={12} />
          </button>
        </li>
      ))}
      {chips.length < 2 ? null : (
        <li>
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            onClick={() => onChange({ text: search.text, range: search.range })}
          >
            Clear all
          </Button>
        </li>
      )}
    </ul>
  );
}
