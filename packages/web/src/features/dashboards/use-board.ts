import type { DashboardInput } from '@custos/contract';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ranges, windowOf, type TimeWindow } from '../../ui/range.ts';
import { refreshOf, useRefreshed } from '../../ui/refresh.ts';
import { readBoardSearch, type BoardSearch } from './address.ts';
import type { BoardContext } from './panels/context.ts';
import { chosenOf, type Chosen } from './variables.ts';

const route = getRouteApi('/shell/dashboards/$dashboardId');

/** What the address says of a dashboard, and what its panels share because of it. */
export function useBoard(variables: DashboardInput['variables']): {
  readonly search: BoardSearch;
  readonly show: (change: Partial<BoardSearch>) => void;
  readonly window: TimeWindow;
  /** Looks again at once. */
  readonly again: () => void;
  readonly chosen: Chosen;
  readonly board: BoardContext;
} {
  const { dashboardId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { now, again } = useRefreshed(refreshOf(search.refresh));
  const window = windowOf(search, now, now - ranges['1h'][1]);
  const { from, to } = window;
  const chosen = useMemo(() => chosenOf(variables, search.vars ?? {}), [variables, search.vars]);
  const { show, onZoom, onReset } = useMemo(() => {
    const change = (part: Partial<BoardSearch>): void =>
      void navigate({
        to: '/dashboards/$dashboardId',
        params: { dashboardId },
        search: (before) => readBoardSearch({ ...before, ...part }),
        resetScroll: false,
      });
    return {
      show: change,
      onZoom: (start: number, end: number) =>
        change({ from: Math.floor(start / 1000) * 1000, to: Math.ceil(end / 1000) * 1000, range: undefined }),
      onReset: () => change({ from: undefined, to: undefined }),
    };
  }, [navigate, dashboardId]);
  const board = useMemo(
    () => ({ from, to, variables, chosen, onZoom, onReset }),
    [from, to, variables, chosen, onZoom, onReset],
  );
  return { search, show, window, again, chosen, board };
}
