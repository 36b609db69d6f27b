import { auditExportFormat, type z } from '@custos/contract';
import type { AuditFilter } from '@custos/client';
import { Button, Popover } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useExport } from './queries.ts';
import classes from './saved-searches.module.css';

type Format = z.output<typeof auditExportFormat>;

const words: Readonly<Record<Format, readonly [string, string]>> = {
  ndjson: ['NDJSON', 'One event per line, as Custos keeps it'],
  csv: ['CSV', 'For a spreadsheet; no cell runs as a formula'],
  cef: ['CEF', 'ArcSight and what reads it'],
  ecs: ['ECS', 'Elastic Common Schema'],
  ocsf: ['OCSF', 'Open Cybersecurity Schema Framework'],
  cloudevents: ['CloudEvents', 'CNCF, for event routers'],
};

/** Downloads every event that fits what is searched for, not only those that are loaded. */
export function ExportMenu({ filter }: { filter: AuditFilter }) {
  const [opened, setOpened] = useState(false);
  const download = useExport();
  return (
    <Popover opened={opened} onChange={setOpened} width={300} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          loading={download.isPending}
          onClick={() => setOpened(!opened)}
        >
          Export
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes['menu'] ?? ''} aria-label="Export">
        <h2>Everything that fits, as</h2>
        <ul className={classes['formats']}>
          {auditExportFormat.options.map((format) => (
            <li key={format}>
              <button
                type="button"
                onClick={() => {
                  setOpened(false);
                  download.mutate({ ...filter, format });
                }}
              >
                {words[format][0]}
                <span className="faint">{words[format][1]}</span>
              </button>
            </li>
          ))}
        </ul>
        <p className={classes['note']}>The export is put on record. Sealed fields stay sealed.</p>
      </Popover.Dropdown>
    </Popover>
  );
}
