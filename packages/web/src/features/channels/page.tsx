import type { ChannelView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconSpeakerphone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { channelsQuery, useCan } from '../../data/queries.ts';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { OriginWord } from '../../ui/origin.tsx';
import { Page } from '../../ui/page.tsx';
import { severityWords } from '../../ui/severity.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { useTestChannel } from './queries.ts';

/** Every way to reach people, with its last success and its last fault. */
export function ChannelsPage() {
  const query = useQuery(channelsQuery);
  const navigate = useNavigate();
  const { channelId } = useParams({ strict: false });
  const canEdit = useCan('channel.edit');
  const test = useTestChannel();
  const add = canEdit ? (
    <LinkButton to="/channels/$channelId" params={{ channelId: 'new' }} variant="filled" resetScroll={false}>
      Add a channel
    </LinkButton>
  ) : undefined;

  const columns: Column<ChannelView>[] = [
    { title: 'Channel', main: true, render: (channel) => channel.name },
    { title: 'Kind', width: '100px', render: (channel) => <span className="quiet">{channel.kind}</span> },
    {
      title: 'Takes',
      width: '150px',
      wide: true,
      render: (channel) => (
        <span className="quiet">
          {channel.minimumSeverity === 'info'
            ? 'everything'
            : `${severityWords[channel.minimumSeverity]} and worse`}
        </span>
      ),
    },
    {
      title: 'Used',
      width: '110px',
      render: (channel) => (
        <span className="quiet">
          {!channel.enabled ? 'off' : channel.isDefault ? 'by default' : 'when named'}
        </span>
      ),
    },
    {
      title: 'Last delivered',
      width: '120px',
      render: (channel) => <Ago at={channel.lastDeliveredAt} empty="never" />,
    },
    {
      title: 'Last fault',
      wide: true,
      render: (channel) => (
        <span className="quiet">{channel.lastError ?? <span className="faint">none</span>}</span>
      ),
    },
    {
      title: 'Kept in',
      width: '120px',
      wide: true,
      render: (channel) => <OriginWord origin={channel.origin} />,
    },
    {
      title: 'Test',
      width: '96px',
      align: 'right',
      render: (channel) =>
        canEdit ? (
          <Button
            size="compact-xs"
            variant="default"
            loading={test.isPending && test.variables === channel.id}
            onClick={() => test.mutate(channel.id)}
          >
            Send test
          </Button>
        ) : null,
    },
  ];
  return (
    <Page title="Channels" lead="How people are told." actions={add}>
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody is told yet" icon={<IconSpeakerphone size={22} stroke={1.6} />} action={add}>
              A channel reaches people: e-mail, a webhook, Slack or Telegram. Without one, alerts are only
              seen here.
            </Empty>
          ) : (
            <List
              label="Channels"
              items={items}
              columns={columns}
              openId={channelId}
              onOpen={(channel) =>
                void navigate({
                  to: '/channels/$channelId',
                  params: { channelId: channel.id },
                  resetScroll: false,
                })
              }
            />
          )
        }
      </Loaded>
      <Outlet />
    </Page>
  );
}
