import type { DashboardInput, DashboardView } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { conflict, invalidInput, notFound, type CustosError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isUniqueViolation, type State } from '../../storage/state/state.ts';
import { builtInDashboards } from './built-in/all.ts';
import { checkDashboard } from './checks.ts';
import {
  addDashboard,
  changeDashboard,
  loadDashboard,
  loadHeads,
  removeDashboard,
  takenBy,
} from './store.ts';
import type { BuiltInDashboard, Dashboard, Dashboards } from './types.ts';

/** Most dashboards that one user may have made. */
export const dashboardLimit = 200;

/** When the built-in ones were last written; they are of no use to sort by. */
const builtInAt = Date.UTC(2026, 10, 21);

const builtInById = new Map(builtInDashboards.map((dashboard) => [dashboard.id, dashboard]));

function viewOf({ owner, ...dashboard }: Dashboard, viewer: string): DashboardView {
  return { ...dashboard, origin: 'dashboard', own: owner === viewer };
}

const builtInView = (dashboard: BuiltInDashboard): DashboardView => ({
  ...dashboard,
  origin: 'built-in',
  own: false,
  createdAt: builtInAt,
  updatedAt: builtInAt,
});

const nameTaken = (name: string): CustosError =>
  conflict(`There is a dashboard "${name}" of the same owner already.`, [
    { field: 'name', message: 'must differ from the names of the owner’s other dashboards' },
  ]);

function refuseBuiltIn(id: string): void {
  const builtIn = builtInById.get(id);
  if (builtIn !== undefined)
    throw conflict(`"${builtIn.name}" comes with Custos and cannot be changed; make a copy of it.`);
}

export function createDashboards({
  state,
  clock,
}: {
  readonly state: State;
  readonly clock: Clock;
}): Dashboards {
  const seenBy = async (viewer: string, id: string): Promise<Dashboard> => {
    const dashboard = await loadDashboard(state.read, id);
    if (dashboard === undefined || (dashboard.owner !== viewer && !dashboard.shared))
      throw notFound('dashboard', id);
    return dashboard;
  };

  return {
    async list(viewer) {
      const made = (await loadHeads(state.read, viewer)).map(({ owner, ...head }) => ({
        ...head,
        origin: 'dashboard' as const,
        own: owner === viewer,
      }));
      const builtIn = builtInDashboards.map(({ id, name, description, shared, panels }) => ({
        id,
        name,
        description,
        shared,
        panels: panels.length,
        origin: 'built-in' as const,
        own: false,
        createdAt: builtInAt,
        updatedAt: builtInAt,
      }));
      return [...made, ...builtIn];
    },

    async get(viewer, id) {
      const builtIn = builtInById.get(id);
      return builtIn === undefined ? viewOf(await seenBy(viewer, id), viewer) : builtInView(builtIn);
    },

    async create(owner, input) {
      checkDashboard(input);
      const now = clock.now();
      const dashboard: Dashboard = { ...input, id: newId('dsh', now), owner, createdAt: now, updatedAt: now };
      // As many attempts as there are places that others could take in between.
      for (let attempt = 0; attempt < dashboardLimit; attempt += 1) {
        const taken = await takenBy(state.write, owner);
        if (taken.some(({ name }) => name === input.name)) throw nameTaken(input.name);
        const places = new Set(taken.map(({ place }) => place));
        const place = Array.from({ length: dashboardLimit }, (_, at) => at).find((at) => !places.has(at));
        if (place === undefined)
          throw conflict(`You have ${dashboardLimit} dashboards, the most there may be; delete one first.`);
        try {
          await addDashboard(state.write, dashboard, place);
          return viewOf(dashboard, owner);
        } catch (error) {
          // Somebody was faster with this place or name; the next look says which.
          if (!isUniqueViolation(error)) throw error;
        }
      }
      throw conflict('Too many dashboards are being made at once; try again.');
    },

    async update(editor, id, { input, basedOn }) {
      refuseBuiltIn(id);
      checkDashboard(input);
      const before = await seenBy(editor, id);
      refuseHiding(before, editor, input);
      const changed = conflict('Somebody has changed this dashboard since you opened it.');
      if (basedOn !== undefined && basedOn !== before.updatedAt) throw changed;
      // Two changes within a millisecond are two versions, too.
      const updatedAt = Math.max(clock.now(), before.updatedAt + 1);
      const after: Dashboard = { ...before, ...input, updatedAt };
      try {
        if (!(await changeDashboard(state.write, before, after))) throw changed;
      } catch (error) {
        if (isUniqueViolation(error)) throw nameTaken(input.name);
        throw error;
      }
      return viewOf(after, editor);
    },

    async remove(editor, id) {
      refuseBuiltIn(id);
      await seenBy(editor, id);
      if (!(await removeDashboard(state.write, id))) throw notFound('dashboard', id);
    },
  };
}

/** Whoever hid the dashboard of somebody else would take it away from everybody, themselves included. */
function refuseHiding(before: Dashboard, editor: string, { shared }: DashboardInput): void {
  if (before.owner !== editor && !shared)
    throw invalidInput([{ field: 'shared', message: 'can be taken back by the owner only' }]);
}
