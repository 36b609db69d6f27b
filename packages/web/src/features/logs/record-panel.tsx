import type { LogRecordView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { absolute, Ago } from '../../ui/time.tsx';
import { Around } from './around.tsx';
import { FieldValue } from './field-value.tsx';
import { withCondition, type Condition } from './query-text.ts';
import { recordQuery } from './queries.ts';
import { SeverityWord } from './record-list.tsx';
import classes from './record.module.css';

const route = getRouteApi('/shell/logs/$recordId');

/** Names that are columns; an attribute of such a name has to say that it is one. */
const columnNames = new Set([
  'level',
  'severity',
  'category',
  'service',
  'host',
  'trace',
  'traceid',
  'trace_id',
  'span',
  'spanid',
  'span_id',
  'message',
  'msg',
  'time',
  'masked',
  '_exists_',
]);

function attributeField(name: string): string {
  return columnNames.has(name.toLowerCase()) ? `attributes.${name}` : name;
}

/** What can be searched for, in the order in which it is told. */
function fieldsOf(record: LogRecordView): readonly (readonly [field: string, value: string])[] {
  const own = [
    ['level', record.severity],
    ['service', record.service],
    ['host', record.host],
    ['category', record.category],
    ['trace', record.traceId ?? ''],
    ['span', record.spanId ?? ''],
  ] as const;
  return own.filter(([, value]) => value !== '');
}

function CopyRecord({ record }: { record: LogRecordView }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const text = (): string =>
    JSON.stringify({ ...record, time: new Date(record.time).toISOString() }, null, 2);
  return (
    <Button variant="default" size="xs" onClick={() => clipboard.copy(text())}>
      {clipboard.copied ? 'Copied' : 'Copy as JSON'}
    </Button>
  );
}

/** The address of the record, with the search it was found by. */
function CopyLink() {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Button variant="default" size="xs" onClick={() => clipboard.copy(globalThis.location.href)}>
      {clipboard.copied ? 'Copied' : 'Copy link'}
    </Button>
  );
}

/** One record beside the list, with an address of its own: all its fields, and what happened around it. */
export function RecordPanel() {
  const { recordId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(recordQuery(recordId));
  const narrow = (condition: Condition): void =>
    void navigate({
      to: '/logs',
      search: {
        ...search,
        view: search.view === 'live' ? 'live' : undefined,
        query: withCondition(search.query ?? '', condition),
      },
      resetScroll: true,
    });
  return (
    <Panel
      title="Log record"
      onClose={() => void navigate({ to: '/logs', search, resetScroll: false })}
      actions={
        query.data === undefined ? undefined : (
          <>
            <CopyRecord record={query.data} />
            <CopyLink />
            {query.data.traceId === null ? null : (
              <LinkButton to="/traces/$traceId" params={{ traceId: query.data.traceId }} variant="default">
                Open the trace
              </LinkButton>
            )}
          </>
        )
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={10} height={32} />}>
        {(record) => (
          <div key={record.id}>
            <div className={classes['head']}>
              <SeverityWord severity={record.severity} />
              <span>
                {absolute(record.time)}{' '}
                <span className="faint">
                  (<Ago at={record.time} />)
                </span>
              </span>
            </div>
            <pre className={classes['message']} tabIndex={0} aria-label="Message">
              {record.message}
            </pre>
            {record.masked.length === 0 ? null : (
              <p className={classes['masked']}>
                Masked when it came in: {record.masked.join(', ')}. What stood there was never kept.
              </p>
            )}
            <dl className={classes['fields']} aria-label="Fields">
              {fieldsOf(record).map(([field, value]) => (
                <FieldValue key={field} name={field} field={field} value={value} onNarrow={narrow} />
              ))}
            </dl>
            {Object.keys(record.attributes).length === 0 ? null : (
              <Section title="Attributes">
                <dl className={classes['fields']}>
                  {Object.entries(record.attributes).map(([name, value]) => (
                    <FieldValue
                      key={name}
                      name={name}
                      field={attributeField(name)}
                      value={value}
                      onNarrow={narrow}
                    />
                  ))}
                </dl>
              </Section>
            )}
            <Around record={record} search={search} />
          </div>
        )}
      </Loaded>
    </Panel>
  );
}
