import type { Chosen, Variable } from '../variables.ts';

/** What every panel of a dashboard shares. */
export interface BoardContext {
  /** ms. */
  readonly from: number;
  readonly to: number;
  readonly variables: readonly Variable[];
  readonly chosen: Chosen;
  readonly onZoom: (from: number, to: number) => void;
  readonly onReset: () => void;
  /** One panel is shown, large: with the figures of its lines below. */
  readonly large?: boolean;
}
