import type { DashboardInput, DashboardSummaryView, DashboardView } from '@custos/contract';

/**
 * Words of this folder.
 *
 * - **dashboard**: panels on a grid of 12 columns, with variables that their queries use.
 * - **owner**: who made it. A dashboard that is not **shared** is there for its owner only.
 * - **built-in**: comes with Custos; it can be copied and never changed.
 */

/** A dashboard that somebody made. */
export interface Dashboard extends DashboardInput {
  readonly id: string;
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A dashboard that comes with Custos; its id is the same everywhere, so that links to it are. */
export interface BuiltInDashboard extends DashboardInput {
  readonly id: string;
}

export interface Dashboards {
  /** The viewer's own, the shared ones and the built-in ones, by name; at most 2,000 that people made. */
  list(viewer: string): Promise<readonly DashboardSummaryView[]>;
  /** Raises `not_found`, also for what somebody else does not share. */
  get(viewer: string, id: string): Promise<DashboardView>;
  /** Raises `invalid_input`, and `conflict` for a name that the owner uses or at 200 dashboards. */
  create(owner: string, input: DashboardInput): Promise<DashboardView>;
  /**
   * Changes an own or a shared one. `basedOn` is the `updatedAt` of what the editor saw: raises `conflict` when
   * somebody has changed it since. Raises also `not_found`, `invalid_input`, and `conflict` for a built-in one.
   */
  update(editor: string, id: string, change: DashboardChange): Promise<DashboardView>;
  /** Removes an own or a shared one. Raises `not_found`, and `conflict` for a built-in one. */
  remove(editor: string, id: string): Promise<void>;
}

interface DashboardChange {
  readonly input: DashboardInput;
  readonly basedOn?: number | undefined;
}
