import type { PanelView } from '@custos/contract';
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { promqlSource } from '../../../data/promql-source.ts';
import { PromqlField } from '../../../ui/promql/lazy-editor.tsx';
import classes from './edit.module.css';

type Query = PanelView['queries'][number];
const most = 10;

/** The expressions of a panel, and what their lines are called. */
export function QueryFields({
  queries,
  onChange,
}: {
  queries: readonly Query[];
  onChange: (queries: Query[]) => void;
}) {
  const cache = useQueryClient();
  const [source] = useState(() => promqlSource(cache));
  const change = (index: number, part: Partial<Query>): void =>
    onChange(queries.map((query, at) => (at === index ? { ...query, ...part } : query)));
  return (
    <div className={classes['queries']} role="group" aria-label="Expressions">
      {queries.map((query, index) => (
        // Expressions have no name but their place.
        <div key={`${index}/${queries.length}`} className={classes['query']}>
          <PromqlField
            label={`Expression ${index + 1}`}
            value={query.expression}
            source={source}
            variables
            placeholder="PromQL; $name is a variable, $__rate fits rate()"
            onRun={(expression) => change(index, { expression: expression.trim() })}
          />
          <div className={classes['legend']}>
            <TextInput
              size="xs"
              aria-label={`Name of the lines of expression ${index + 1}`}
              placeholder="Name of its lines, such as {{instance}}; empty for the labels that differ"
              value={query.legend}
              onChange={(event) => change(index, { legend: event.currentTarget.value })}
            />
            {queries.length > 1 ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove expression ${index + 1}`}
                onClick={() => onChange(queries.filter((_, at) => at !== index))}
              >
                <IconTrash size={15} stroke={1.6} />
              </ActionIcon>
            ) : null}
          </div>
        </div>
      ))}
      {queries.length < most ? (
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...queries, { expression: '', legend: '' }])}
        >
          Add an expression
        </Button>
      ) : null}
    </div>
  );
}
