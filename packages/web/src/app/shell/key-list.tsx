import { Kbd } from '@mantine/core';
import type { Place } from './places.ts';
import classes from './key-list.module.css';

const general: readonly (readonly [string, string])[] = [
  ['⌘ K', 'Do or find anything'],
  ['/', 'Search'],
  ['j  k', 'Next, previous row'],
  ['o', 'Open the row'],
  ['x', 'Select the row'],
  ['Esc', 'Close the panel'],
  ['?', 'These keys'],
];

export function KeyList({ places }: { places: readonly Place[] }) {
  const rows = [...general, ...places.map((place) => [`g ${place.key}`, `Go to ${place.title}`] as const)];
  return (
    <dl className={classes['keys']}>
      {rows.map(([keys, does]) => (
        <div key={keys}>
          <dt>{does}</dt>
          <dd>
            {keys.split(/\s+/).map((key) => (
              <Kbd key={key} size="xs">
                {key}
              </Kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
