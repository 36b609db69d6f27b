import { Button } from '@mantine/core';
import { IconListSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '../../data/queries.ts';
import { LinkButton } from '../../ui/link.tsx';
import { ranges, type RangeName } from '../../ui/range.ts';
import { Empty } from '../../ui/states.tsx';
import { anyRecordQuery } from './queries.ts';
import type { LogsSearch } from './search.ts';

const icon = <IconListSearch size={22} stroke={1.6} />;

/** Nothing fits, or nothing was ever sent: what was asked, and how to widen it. */
export function NoRecords({
  search,
  range,
  onChange,
}: {
  search: LogsSearch;
  range: RangeName | null;
  onChange: (next: LogsSearch) => void;
}) {
  const { data: hasAny } = useQuery(anyRecordQuery);
  const maySend = useCan('telemetry.manage');
  if (hasAny === false)
    return (
      <Empty
        title="No logs yet"
        icon={icon}
        action={maySend ? <LinkButton to="/ingest">How to send logs</LinkButton> : undefined}
      >
        Point OpenTelemetry, Promtail, pino or syslog here, and what they send can be searched within a
        second.
      </Empty>
    );
  const names = Object.keys(ranges) as RangeName[];
  const wider = range === null ? '24h' : names[names.indexOf(range) + 1];
  const isNarrowed = search.query !== undefined || search.category !== undefined;
  return (
    <Empty
      title={isNarrowed ? 'No record fits' : 'Nothing in this time'}
      icon={icon}
      action={
        <span style={{ display: 'inline-flex', gap: 8 }}>
          {wider === undefined ? null : (
            <Button
              variant="default"
              size="xs"
              onClick={() => onChange({ ...search, range: wider, from: undefined, to: undefined })}
            >
              Search the last {ranges[wider][0]}
            </Button>
          )}
          {isNarrowed ? (
            <Button
              variant="default"
              size="xs"
              onClick={() => onChange({ ...search, query: undefined, category: undefined })}
            >
              Clear the search
            </Button>
          ) : null}
        </span>
      }
    >
      {isNarrowed
        ? 'Nothing came in the time that is chosen that has all of this.'
        : 'No record came in the time that is chosen.'}
    </Empty>
  );
}
