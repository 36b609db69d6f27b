import type { LogRecordView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { TextLink } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { aroundQuery } from './queries.ts';
import { withCondition } from './query-text.ts';
import { SeverityWord } from './record-list.tsx';
import classes from './record.module.css';
import type { LogsSearch } from './search.ts';

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** As many before and after as fit beside the fields. */
const shown = 8;
const aroundMs = 30_000;

const byTime = (one: LogRecordView, other: LogRecordView): number => one.time - other.time;

/** The list of what the same service wrote half a minute before and after. */
function aroundSearch({ service, host, time }: LogRecordView): LogsSearch {
  const own = [
    ['service', service],
    ['host', host],
  ] as const;
  const query = own
    .filter(([, value]) => value !== '')
    .reduce((text, [field, value]) => withCondition(text, { field, value }), '');
  return {
    query: query === '' ? undefined : query,
    from: Math.floor(time) - aroundMs,
    to: Math.ceil(time) + aroundMs,
  };
}

/** What the same service wrote on the same host right before and after, oldest first. */
export function Around({ record, search }: { record: LogRecordView; search: LogsSearch }) {
  const query = useQuery(aroundQuery(record.id));
  return (
    <Section
      title="Right before and after"
      aside={
        <TextLink to="/logs" search={aroundSearch(record)}>
          All of this minute
        </TextLink>
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={6} height={26} />}>
        {({ before, after }) => (
          <ol className={classes['around']}>
            {[
              ...before.toSorted(byTime).slice(-shown),
              record,
              ...after.toSorted(byTime).slice(0, shown),
            ].map((each) => (
              <li key={each.id} aria-current={each.id === record.id || undefined}>
                <Link to="/logs/$recordId" params={{ recordId: each.id }} search={search} resetScroll={false}>
                  <span className="faint">{clock.format(each.time)}</span>
                  <SeverityWord severity={each.severity} />
                  <span>{each.message}</span>
                </Link>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Section>
  );
}
