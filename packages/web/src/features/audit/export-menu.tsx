import type { AuditFilter } from '@custos/client';
import { ExportButton } from '../../ui/export-menu.tsx';
import { useExport } from './queries.ts';

const formats = [
  ['ndjson', 'NDJSON', 'One event per line, as Custos keeps it'],
  ['csv', 'CSV', 'For a spreadsheet; no cell runs as a formula'],
  ['cef', 'CEF', 'ArcSight and what reads it'],
  ['ecs', 'ECS', 'Elastic Common Schema'],
  ['ocsf', 'OCSF', 'Open Cybersecurity Schema Framework'],
  ['cloudevents', 'CloudEvents', 'CNCF, for event routers'],
] as const;

/** Downloads every event that fits what is searched for, not only those that are loaded. */
export function ExportMenu({ filter }: { filter: AuditFilter }) {
  const download = useExport();
  return (
    <ExportButton
      formats={formats}
      note="The export is put on record. Sealed fields stay sealed."
      starting={download.isPending}
      onExport={(format) => download.mutate({ ...filter, format })}
    />
  );
}
