import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useRef, useState } from 'react';
import { useIsCurrent } from '../../../data/live-state.ts';
import { count } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import { useWindowRows } from '../../../ui/window-rows.ts';
import { rowsOf, serviceKey, type OverviewService } from '../rows.ts';
import classes from './overview.module.css';
import { ProbeRow, ServiceRow } from './rows.tsx';

/** Row heights, px; on a phone the bar stands under the name. */
const heights = { wide: { service: 44, open: 44, probe: 36 }, phone: { service: 72, open: 46, probe: 62 } };

/** Every service with its heartbeat bars; only the rows near the window are drawn. */
export function ServiceList({ services }: { services: readonly OverviewService[] }) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const phone = useMediaQuery('(max-width: 700px)') === true;
  const current = useIsCurrent();
  const rows = useMemo(() => rowsOf(services, chosen), [services, chosen]);
  const sizes = phone ? heights.phone : heights.wide;
  const shape = rows.map((row) => (row.type === 'probe' ? 'p' : row.open ? 'o' : 's')).join('');
  // The shape decides the heights; new beats alone must not measure everything again.
  const rowHeights = useMemo(
    () =>
      shape
        .split('')
        .map((letter) => (letter === 'p' ? sizes.probe : letter === 'o' ? sizes.open : sizes.service)),
    [shape, sizes],
  );
  const box = useRef<HTMLDivElement>(null);
  const list = useWindowRows(box, rowHeights);
  const toggle = (service: OverviewService, open: boolean): void =>
    setChosen((now) => new Map(now).set(serviceKey(service), open));
  const everyOpen = rows.every((row) => row.type === 'probe' || row.open);
  const probes = services.reduce((sum, service) => sum + service.probes.length, 0);

  return (
    <Section
      title="Services"
      aside={
        <>
          {count(probes, 'probe')} ·{' '}
          <button
            type="button"
            className={classes['plain']}
            onClick={() => setChosen(new Map(services.map((service) => [serviceKey(service), !everyOpen])))}
          >
            {everyOpen ? 'Collapse all' : 'Expand all'}
          </button>
        </>
      }
    >
      <div ref={box} className={classes['rows']} style={{ height: list.total }}>
        {list.rows.map(({ index, top }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const place = { transform: `translateY(${top}px)`, height: rowHeights[index] };
          return row.type === 'service' ? (
            <ServiceRow
              key={serviceKey(row.service)}
              service={row.service}
              open={row.open}
              faded={!current}
              place={place}
              onToggle={() => toggle(row.service, !row.open)}
            />
          ) : (
            <ProbeRow key={row.probe.id} probe={row.probe} faded={!current} place={place} />
          );
        })}
      </div>
    </Section>
  );
}
