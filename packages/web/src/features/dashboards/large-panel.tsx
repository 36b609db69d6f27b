import type { PanelView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useHotkeys, useViewportSize } from '@mantine/hooks';
import { IconArrowLeft } from '@tabler/icons-react';
import classes from './dashboards.module.css';
import { BoardGrid } from './grid/board-grid.tsx';
import { rowPx } from './grid/sizes.ts';
import { columns } from './layout.ts';
import type { BoardContext } from './panels/context.ts';

/** What stands above and below a large panel, px. */
const aroundPx = 260;
const leastRows = 9;

/** One panel of a dashboard, as large as there is room, with the figures of its lines. */
export function LargePanel({
  panel,
  board,
  onClose,
}: {
  panel: PanelView;
  board: BoardContext;
  onClose: () => void;
}) {
  const { height } = useViewportSize();
  const rows = Math.max(leastRows, Math.floor((height - aroundPx) / rowPx));
  useHotkeys([['Escape', onClose]]);
  return (
    <>
      <Button
        className={classes['back']}
        variant="subtle"
        size="compact-xs"
        leftSection={<IconArrowLeft size={14} />}
        onClick={onClose}
      >
        All panels
      </Button>
      <BoardGrid
        panels={[{ ...panel, x: 0, y: 0, width: columns, height: rows }]}
        board={{ ...board, large: true }}
        onChange={null}
        onEdit={onClose}
      />
    </>
  );
}
