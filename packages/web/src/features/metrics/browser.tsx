import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { labelNamesQuery, labelValuesQuery, metricFactsQuery, metricNamesQuery } from '../../data/metrics.ts';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import classes from './metrics.module.css';
import { usualExpression } from './usual.ts';

/** Names that are drawn at once. */
const most = 300;
const mostValues = 100;

function Values({
  metric,
  label,
  onTake,
}: {
  metric: string;
  label: string;
  onTake: (expression: string) => void;
}) {
  const selector = `{__name__=${JSON.stringify(metric)}}`;
  const query = useQuery(labelValuesQuery(label, selector));
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={2} height={24} />}>
      {(values) => (
        <ul className={classes['values']}>
          {values.slice(0, mostValues).map((value) => (
            <li key={value}>
              <button
                type="button"
                title={`Ask for ${label}=${value} only`}
                onClick={() => onTake(`${metric}{${label}=${JSON.stringify(value)}}`)}
              >
                {value === '' ? '(empty)' : value}
              </button>
            </li>
          ))}
          {values.length > mostValues ? (
            <li className="faint">and {values.length - mostValues} more</li>
          ) : null}
        </ul>
      )}
    </Loaded>
  );
}

/** One metric: what it is, its labels and their values. */
function Metric({ name, onTake }: { name: string; onTake: (expression: string) => void }) {
  const facts = useQuery(metricFactsQuery).data?.[name]?.[0];
  const labels = useQuery(labelNamesQuery(name));
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <div className={classes['metric']}>
      <p>
        <span className={classes['type']}>{facts?.type ?? 'unknown'}</span>{' '}
        {facts?.help === undefined || facts.help === '' ? (
          <span className="faint">Its sender says nothing about it.</span>
        ) : (
          facts.help
        )}
      </p>
      <button
        type="button"
        className={classes['take']}
        onClick={() => onTake(usualExpression(name, facts?.type))}
      >
        Show <code>{usualExpression(name, facts?.type)}</code>
      </button>
      <Loaded query={labels} skeleton={<SkeletonRows rows={3} height={24} />}>
        {(names) => (
          <ul className={classes['labels']} aria-label={`Labels of ${name}`}>
            {names
              .filter((label) => label !== '__name__')
              .map((label) => (
                <li key={label}>
                  <button
                    type="button"
                    aria-expanded={opened === label}
                    onClick={() => setOpened(opened === label ? null : label)}
                  >
                    {label}
                  </button>
                  {opened === label ? <Values metric={name} label={label} onTake={onTake} /> : null}
                </li>
              ))}
          </ul>
        )}
      </Loaded>
    </div>
  );
}

/** Every metric there is, with its type, help, labels and their values; a click puts one into the page. */
export function MetricBrowser({
  onTake,
  onClose,
}: {
  onTake: (expression: string) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState('');
  const [opened, setOpened] = useState<string | null>(null);
  const names = useQuery(metricNamesQuery);
  const facts = useQuery(metricFactsQuery).data ?? {};
  const words = text.toLowerCase().split(/\s+/);
  return (
    <Panel title="Metrics" onClose={onClose}>
      <TextInput
        size="xs"
        aria-label="Find a metric"
        placeholder="Find by name or description"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Loaded query={names} skeleton={<SkeletonRows rows={12} height={28} />}>
        {(all) => {
          const found = all.filter((name) => {
            const told = `${name} ${facts[name]?.[0]?.help ?? ''}`.toLowerCase();
            return words.every((word) => told.includes(word));
          });
          if (found.length === 0)
            return (
              <Empty title={all.length === 0 ? 'No metrics yet' : 'No metric fits'}>
                {all.length === 0
                  ? 'Metrics appear here as soon as something sends them.'
                  : `None of ${count(all.length, 'metric')} has “${text}” in its name or description.`}
              </Empty>
            );
          return (
            <>
              <p className={classes['found']} role="status">
                {count(found.length, 'metric')}
              </p>
              <ul className={classes['names']}>
                {found.slice(0, most).map((name) => (
                  <li key={name}>
                    <button
                      type="button"
                      aria-expanded={opened === name}
                      onClick={() => setOpened(opened === name ? null : name)}
                    >
                      <span className="mono">{name}</span>
                      <small>{facts[name]?.[0]?.type ?? ''}</small>
                    </button>
                    {opened === name ? <Metric name={name} onTake={onTake} /> : null}
                  </li>
                ))}
              </ul>
              {found.length > most ? (
                <p className="faint">The first {most}; type a part of the name to find the others.</p>
              ) : null}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
