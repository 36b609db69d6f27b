import { RangeChoice } from '../../ui/range-choice.tsx';
import type { TimeWindow } from '../../ui/range.ts';
import { RefreshChoice } from '../../ui/refresh-choice.tsx';
import { refreshOf } from '../../ui/refresh.ts';
import type { BoardSearch } from './address.ts';

/** The time that every panel shows, and how often they look again. */
export function TimeRange({
  search,
  window,
  onShow,
  onAgain,
}: {
  search: BoardSearch;
  window: TimeWindow;
  onShow: (change: Partial<BoardSearch>) => void;
  onAgain: () => void;
}) {
  return (
    <>
      <RangeChoice
        window={window}
        minutes
        onChoose={(name) => onShow({ range: name, from: undefined, to: undefined })}
      />
      <RefreshChoice
        name={refreshOf(search.refresh)}
        parts={['metrics', 'logs']}
        onChoose={(name) => onShow({ refresh: name })}
        onAgain={onAgain}
      />
    </>
  );
}
