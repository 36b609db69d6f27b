import type { ProbeView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCan } from '../../../data/queries.ts';
import { ConfirmButton } from '../../../ui/confirm.tsx';
import { LinkButton } from '../../../ui/link.tsx';
import { useCheckNow, usePause, useRemoveProbe } from '../queries.ts';

/** What can be done with a probe, as far as the person may. */
export function Actions({ probe }: { probe: ProbeView }) {
  const canEdit = useCan('probe.edit');
  const canRun = useCan('probe.run');
  const canPlan = useCan('maintenance.edit');
  const navigate = useNavigate();
  const check = useCheckNow(probe.id);
  const pause = usePause(probe.id);
  const remove = useRemoveProbe();
  const ours = probe.origin !== 'configuration';
  return (
    <>
      {canRun ? (
        <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate()}>
          Run now
        </Button>
      ) : null}
      {canEdit && ours ? (
        <Button
          variant="default"
          size="xs"
          loading={pause.isPending}
          leftSection={probe.paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
          onClick={() => pause.mutate(!probe.paused)}
        >
          {probe.paused ? 'Resume' : 'Pause'}
        </Button>
      ) : null}
      {canPlan ? (
        <LinkButton
          to="/maintenance/$windowId"
          params={{ windowId: 'new' }}
          search={{ probeId: probe.id }}
          variant="default"
        >
          Maintenance
        </LinkButton>
      ) : null}
      {canEdit && ours ? (
        <LinkButton to="/probes/$probeId/edit" params={{ probeId: probe.id }} variant="default">
          Edit
        </LinkButton>
      ) : null}
      {canEdit && probe.origin === 'dashboard' ? (
        <ConfirmButton
          label="Delete"
          title={`Delete ${probe.name}?`}
          confirm="Delete the probe"
          loading={remove.isPending}
          onConfirm={() => remove.mutate(probe.id, { onSuccess: () => void navigate({ to: '/probes' }) })}
        >
          It is not checked any more, its open alerts end, and its history can no longer be seen. To stop it
          for a while, pause it instead.
        </ConfirmButton>
      ) : null}
    </>
  );
}
