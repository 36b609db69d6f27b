import { Button, Popover } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './saved-searches.module.css';

/** Downloads everything that fits, in a format that is chosen. */
export function ExportButton<Format extends string>({
  formats,
  note,
  starting,
  onExport,
}: {
  /** Each with its title and what it is good for. */
  formats: readonly (readonly [Format, title: string, text: string])[];
  note: string;
  /** It was asked for and has not begun to come. */
  starting: boolean;
  onExport: (format: Format) => void;
}) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} width={300} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          loading={starting}
          onClick={() => setOpened(!opened)}
        >
          Export
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes['menu'] ?? ''} aria-label="Export">
        <h2>Everything that fits, as</h2>
        <ul className={classes['formats']}>
          {formats.map(([format, title, text]) => (
            <li key={format}>
              <button
                type="button"
                onClick={() => {
                  setOpened(false);
                  onExport(format);
                }}
              >
                {title}
                <span className="faint">{text}</span>
              </button>
            </li>
          ))}
        </ul>
        <p className={classes['note']}>{note}</p>
      </Popover.Dropdown>
    </Popover>
  );
}
