import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { Page } from '../../ui/page.tsx';
import { SkeletonBlock } from '../../ui/states.tsx';
import { BoardEditor } from './board-editor.tsx';
import { BoardView } from './board-view.tsx';
import { dashboardQuery } from './queries.ts';

const route = getRouteApi('/shell/dashboards/$dashboardId');

/** One dashboard: watched, or changed. */
export function DashboardPage() {
  const { dashboardId } = route.useParams();
  const { edit } = route.useSearch();
  const query = useQuery(dashboardQuery(dashboardId));
  const mayEdit = useCan('dashboard.edit');
  const skeleton = (
    <Page title="Dashboard" hidden>
      <SkeletonBlock height={32} />
      <div style={{ height: 24 }} />
      <SkeletonBlock height={126} />
      <div style={{ height: 12 }} />
      <SkeletonBlock height={262} />
    </Page>
  );
  return (
    <Loaded query={query} skeleton={skeleton}>
      {(dashboard) =>
        edit === 'yes' && mayEdit && dashboard.origin !== 'built-in' ? (
          <BoardEditor key={dashboard.id} dashboard={dashboard} />
        ) : (
          <BoardView dashboard={dashboard} />
        )
      }
    </Loaded>
  );
}
