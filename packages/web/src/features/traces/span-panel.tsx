import type { LogRecordView, SpanView } from '@custos/contract';
import { CopyText } from '../../ui/copy-text.tsx';
import { count } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Ago } from '../../ui/time.tsx';
import { inUnit } from '../../ui/units.ts';
import { ErrorMark } from './error-mark.tsx';
import { TraceLogs } from './trace-logs.tsx';
import classes from './traces.module.css';

const length = (us: number): string => inUnit('milliseconds', us / 1000);

const kinds: Readonly<Record<SpanView['kind'], string>> = {
  internal: 'inside the service',
  server: 'answers a request',
  client: 'makes a request',
  producer: 'sends a message',
  consumer: 'takes a message',
};

function Attributes({ attributes }: { attributes: Readonly<Record<string, string>> }) {
  const all = Object.entries(attributes).toSorted(([one], [other]) => one.localeCompare(other));
  if (all.length === 0) return <p className={classes['none']}>None were sent.</p>;
  return (
    <dl className={classes['attributes']}>
      {all.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <CopyText text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** All that is known of one span. */
export function SpanPanel({
  span,
  startedAt,
  logs,
  onClose,
}: {
  span: SpanView;
  /** When the trace began, ms. */
  startedAt: number;
  /** Records that name the span. */
  logs: readonly LogRecordView[];
  onClose: () => void;
}) {
  return (
    <Panel title={span.name} onClose={onClose}>
      <Facts
        facts={[
          ['Service', span.service],
          [
            'Status',
            span.status === 'error' ? (
              <ErrorMark key="status">error</ErrorMark>
            ) : span.status === 'ok' ? (
              'ok'
            ) : (
              'not said'
            ),
          ],
          ...(span.statusMessage === '' ? [] : [['Message', span.statusMessage] as const]),
          ['Took', length(span.durationUs)],
          ['Began', <Ago key="began" at={span.startedAt} />],
          ['In the trace', `from ${length(span.offsetUs)} to ${length(span.offsetUs + span.durationUs)}`],
          ['Kind', `${span.kind}: ${kinds[span.kind]}`],
          ['Span', <CopyText key="span" text={span.spanId} />],
          ...(span.parentSpanId === null
            ? []
            : [['Parent', <CopyText key="parent" text={span.parentSpanId} />] as const]),
        ]}
      />
      <Section title="Attributes">
        <Attributes attributes={span.attributes} />
      </Section>
      {span.events.length === 0 ? null : (
        <Section title={count(span.events.length, 'event')}>
          <ol className={classes['events']}>
            {span.events.map((event, index) => (
              // Events have no id; two may be alike in all they say.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={index}>
                <p>
                  <strong>{event.name}</strong>{' '}
                  <span className="quiet">
                    {length(event.offsetUs)} into the trace, {length(event.offsetUs - span.offsetUs)} into the
                    span
                  </span>
                </p>
                {Object.keys(event.attributes).length === 0 ? null : (
                  <Attributes attributes={event.attributes} />
                )}
              </li>
            ))}
          </ol>
        </Section>
      )}
      {logs.length === 0 ? null : (
        <Section title="Log records of this span">
          <TraceLogs logs={logs} startedAt={startedAt} />
        </Section>
      )}
    </Panel>
  );
}
