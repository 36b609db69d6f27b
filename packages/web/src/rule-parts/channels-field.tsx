import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { channelsQuery, useCan } from '../data/queries.ts';

/** Who is told when a rule fires; nothing for those who may not see channels. */
export function ChannelsField({
  value,
  error,
  onChange,
}: {
  value: readonly string[];
  error?: string | undefined;
  onChange: (channelIds: string[]) => void;
}) {
  const maySee = useCan('channel.read');
  const channels = useQuery({ ...channelsQuery, enabled: maySee }).data?.items ?? [];
  if (!maySee) return null;
  return (
    <MultiSelect
      label="Channels"
      description="Who is told when it fires; empty for the default ones."
      placeholder={value.length === 0 ? 'default' : ''}
      data={channels.map(({ id, name }) => ({ value: id, label: name }))}
      value={[...value]}
      error={error}
      onChange={onChange}
    />
  );
}
