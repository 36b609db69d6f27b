import type { LogFilter } from '@custos/client';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { count, share } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { patternsQuery } from './queries.ts';
import { SeverityWord } from './record-list.tsx';
import classes from './patterns.module.css';

/** Similar lines folded into shapes, the most frequent first; a click shows or leaves out their records. */
export function PatternsView({
  filter,
  asOf,
  empty,
  onNarrow,
}: {
  filter: LogFilter;
  asOf: number;
  empty: ReactNode;
  /** With the text that finds the records of a shape. */
  onNarrow: (condition: string) => void;
}) {
  const query = useQuery(patternsQuery(filter, asOf));
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={10} height={54} />}>
      {({ patterns, sampled, total }) =>
        patterns.length === 0 ? (
          empty
        ) : (
          <>
            <p className={classes['note']}>
              {count(patterns.length, 'shape')} in {count(total, 'record')}
              {sampled < total
                ? `, told from ${sampled.toLocaleString('en')} of them; counts are scaled.`
                : '.'}
            </p>
            <ul className={classes['patterns']} aria-label="Patterns">
              {patterns.map((pattern) => (
                <li key={`${pattern.severity} ${pattern.shape}`}>
                  <div className={classes['amount']}>
                    <strong>{pattern.count.toLocaleString('en')}</strong>
                    <span className="faint">{share(total === 0 ? null : pattern.count / total)}</span>
                  </div>
                  <div className={classes['what']}>
                    <p className="mono" title={pattern.example}>
                      {pattern.shape.split('<*>').map((part, index) => (
                        <span key={index}>
                          {index === 0 ? null : <i>∗</i>}
                          {part}
                        </span>
                      ))}
                    </p>
                    <div className={classes['facts']}>
                      <SeverityWord severity={pattern.severity} />
                      <span className={classes['services']} title={pattern.services.join(', ')}>
                        {pattern.services.join(', ')}
                      </span>
                      <span className="faint">
                        last <Ago at={pattern.lastAt} />
                      </span>
                    </div>
                  </div>
                  <div className={classes['acts']}>
                    <Button variant="default" size="compact-xs" onClick={() => onNarrow(pattern.query)}>
                      Show records
                    </Button>
                    <Button
                      variant="subtle"
                      color="gray"
                      size="compact-xs"
                      onClick={() => onNarrow(`-(${pattern.query})`)}
                    >
                      Leave out
                    </Button>
                  </div>
                </li>
              ))}
            </ul>
          </>
        )
      }
    </Loaded>
  );
}
