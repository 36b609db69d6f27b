import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { settingsQuery } from '../../data/queries.ts';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { draftOf, newDraft } from './draft.ts';
import { windowsQuery } from './queries.ts';
import { WindowForm } from './window-form.tsx';

const route = getRouteApi('/shell/maintenance/$windowId');

/** A window beside the list: read it, change it, or plan a new one. */
export function WindowPanel() {
  const { windowId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(windowsQuery);
  const settings = useQuery(settingsQuery);
  const window = query.data?.items.find((each) => each.id === windowId);
  const close = (): void => void navigate({ to: '/maintenance', resetScroll: false });
  const adding = windowId === 'new';
  return (
    <Panel title={adding ? 'Plan a window' : (window?.title ?? 'Window')} onClose={close}>
      {adding ? (
        <Loaded query={settings} skeleton={<SkeletonRows />}>
          {({ timeZone }) => <WindowForm key="new" initial={newDraft(search, timeZone)} onDone={close} />}
        </Loaded>
      ) : (
        <Loaded query={query} skeleton={<SkeletonRows />}>
          {() =>
            window === undefined ? (
              <Empty title="There is no such window">It may have been deleted.</Empty>
            ) : (
              <WindowForm key={window.id} initial={draftOf(window)} window={window} onDone={close} />
            )
          }
        </Loaded>
      )}
    </Panel>
  );
}
