import type { AuditHealthView, Status } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { bytes, duration, latency } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './ledger.module.css';
import { CurrentMark } from './mark.tsx';
import { healthQuery } from './queries.ts';
import { Table, type TableColumn } from './table.tsx';

type Component = AuditHealthView['components'][number];

const looks: Readonly<Record<Component['status'], readonly [Status, string]>> = {
  ok: ['up', 'Fine'],
  warning: ['degraded', 'Watch'],
  critical: ['down', 'Critical'],
  unknown: ['unknown', 'Unknown'],
};

function measured(value: number | null, unit: string | null): string | null {
  if (value === null) return null;
  switch (unit) {
    case null:
      return value.toLocaleString('en');
    case 'ms':
      return latency(value);
    case 's':
      return duration(value * 1000);
    case 'h':
      return duration(value * 3_600_000);
    case 'GB':
      return bytes(value * 1e9);
    case '%':
      return `${Math.round(value * 10) / 10}%`;
    default:
      return `${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`;
  }
}

const columns: readonly TableColumn<Component>[] = [
  { title: 'Part', render: (part) => part.title },
  {
    title: 'Now',
    render: (part) => {
      const [status, word] = looks[part.status];
      return (
        <span className={classes['state']}>
          <CurrentMark status={status} /> {word}
        </span>
      );
    },
  },
  { title: 'Says', render: (part) => <span className="quiet">{part.message}</span> },
  { title: 'Value', align: 'right', render: (part) => measured(part.value, part.unit) },
  {
    title: 'Warns at',
    align: 'right',
    render: (part) => measured(part.warning, part.unit),
  },
  {
    title: 'Critical at',
    align: 'right',
    render: (part) => measured(part.critical, part.unit),
  },
];

/** Every part of the audit log with its thresholds. */
export function Health() {
  const query = useQuery(healthQuery);
  const at = query.data?.checkedAt ?? null;
  return (
    <Section title="Health of the parts" aside={at === null ? undefined : <Ago at={at} />}>
      <Loaded query={query} skeleton={<SkeletonRows rows={5} />}>
        {({ components }) => (
          <Table label="Parts" rows={components} columns={columns} keyOf={(part) => part.name} />
        )}
      </Loaded>
    </Section>
  );
}
