import type { LogFilter } from '@custos/client';
import { ExportButton } from '../../ui/export-menu.tsx';
import { useExport } from './queries.ts';

const formats = [
  ['ndjson', 'NDJSON', 'One record per line, with its attributes'],
  ['csv', 'CSV', 'For a spreadsheet; no cell runs as a formula'],
] as const;

/** Downloads every record that fits what is searched for, not only those that are loaded. */
export function ExportMenu({ filter }: { filter: LogFilter }) {
  const download = useExport();
  return (
    <ExportButton
      formats={formats}
      note="The export is put on record. What was masked stays masked."
      starting={download.isPending}
      onExport={(format) => download.mutate({ ...filter, format })}
    />
  );
}
