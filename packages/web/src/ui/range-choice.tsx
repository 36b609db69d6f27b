import { Choices } from './filter-bar.tsx';
import { ranges, type RangeName, type TimeWindow } from './range.ts';
import { TopSlot } from './top-slot.tsx';

const all = Object.entries(ranges).map(([name, [title]]) => [name as RangeName, title] as const);

/** Ranges by name, an hour at least; with `minutes` also those that are shorter. */
export function rangeOptions(minutes = false): readonly (readonly [RangeName, string])[] {
  return minutes ? all : all.filter(([name]) => ranges[name][1] >= ranges['1h'][1]);
}

/** The time that a page shows, in the top bar. */
export function RangeChoice({
  window,
  minutes = false,
  onChoose,
}: {
  window: TimeWindow;
  /** Whether less than an hour can be chosen. */
  minutes?: boolean;
  onChoose: (name: RangeName) => void;
}) {
  return (
    <TopSlot>
      <Choices<RangeName | 'chosen'>
        label="Time range"
        value={window.name ?? 'chosen'}
        options={[
          ...rangeOptions(minutes || (window.name !== null && ranges[window.name][1] < ranges['1h'][1])),
          ...(window.name === null ? [['chosen', 'Chosen'] as const] : []),
        ]}
        onChange={(name) => {
          if (name !== 'chosen') onChoose(name);
        }}
      />
    </TopSlot>
  );
}
