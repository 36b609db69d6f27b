import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { channelsQuery } from '../../data/queries.ts';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { ChannelForm } from './channel-form.tsx';
import { kindsQuery } from './queries.ts';

const route = getRouteApi('/shell/channels/$channelId');

/** A channel beside the list: read it, change it, test it, or make a new one. */
export function ChannelPanel() {
  const { channelId } = route.useParams();
  const navigate = useNavigate();
  const channels = useQuery(channelsQuery);
  const kinds = useQuery(kindsQuery);
  const channel = channels.data?.items.find((each) => each.id === channelId);
  const close = (): void => void navigate({ to: '/channels', resetScroll: false });
  const adding = channelId === 'new';
  return (
    <Panel title={adding ? 'Add a channel' : (channel?.name ?? 'Channel')} onClose={close}>
      <Loaded query={kinds} skeleton={<SkeletonRows />}>
        {({ items }) => (
          <Loaded query={channels} skeleton={<SkeletonRows />}>
            {() =>
              adding || channel !== undefined ? (
                <ChannelForm
                  key={channelId}
                  kinds={items}
                  onDone={close}
                  {...(channel === undefined ? {} : { channel })}
                />
              ) : (
                <Empty title="There is no such channel">It may have been deleted.</Empty>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Panel>
  );
}
