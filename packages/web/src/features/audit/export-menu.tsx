import { auditExportFormat, type z } from '@custos/contract';
import type { AuditFilter } from '@custos/client';
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import classes from './audit.module.css';
import { exportAddress } from './queries.ts';

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
  return (
    <Menu width={300} position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconDownload size={14} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Everything that fits, as</Menu.Label>
        {auditExportFormat.options.map((format) => (
          <Menu.Item key={format} component="a" href={exportAddress(filter, format)} download>
            {words[format][0]}
            <span className={`faint ${classes['second']}`}>{words[format][1]}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>The export is put on record. Sealed fields stay sealed.</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
