import { Choices } from '../../ui/filter-bar.tsx';
import { ranges, type RangeName, type TimeWindow } from '../../ui/range.ts';
import { TopSlot } from '../../ui/top-slot.tsx';
import type { BoardSearch } from './address.ts';

/** The time that every panel shows, in the top bar. */
export function TimeRange({
  window,
  onShow,
}: {
  window: TimeWindow;
  onShow: (change: Partial<BoardSearch>) => void;
}) {
  return (
    <TopSlot>
      <Choices<RangeName | 'chosen'>
        label="Time range"
        value={window.name ?? 'chosen'}
        options={[
          ...Object.entries(ranges).map(([name, [title]]) => [name as RangeName, title] as const),
          ...(window.name === null ? [['chosen', 'Zoomed'] as const] : []),
        ]}
        onChange={(name) => {
          if (name !== 'chosen') onShow({ range: name, from: undefined, to: undefined });
        }}
      />
    </TopSlot>
  );
}
