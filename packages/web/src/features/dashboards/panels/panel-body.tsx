import type { PanelView } from '@custos/contract';
import type { ReactNode } from 'react';
import { ChartPanel } from './chart-panel.tsx';
import type { BoardContext } from './context.ts';
import { FigurePanel } from './figure-panel.tsx';
import { LogsPanel } from './logs-panel.tsx';
import classes from './panels.module.css';
import { TablePanel } from './table-panel.tsx';
import { TextPanel } from './text-panel.tsx';

interface Body {
  readonly panel: PanelView;
  readonly board: BoardContext;
  readonly height: number;
}

/** What draws each kind of panel. */
const kinds: Readonly<Record<PanelView['kind'], (body: Body) => ReactNode>> = {
  chart: ChartPanel,
  figure: FigurePanel,
  table: TablePanel,
  logs: LogsPanel,
  text: TextPanel,
};

/** What a panel shows, in the height that it has, px. */
export function PanelBody({ panel, board, height }: Body) {
  const Kind = kinds[panel.kind];
  const asks = panel.kind === 'chart' || panel.kind === 'figure' || panel.kind === 'table';
  if (asks && panel.queries.every(({ expression }) => expression === ''))
    return <p className={classes['none']}>It asks nothing yet</p>;
  return <Kind panel={panel} board={board} height={height} />;
}
