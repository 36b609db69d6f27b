import { useQuery } from '@tanstack/react-query';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Device } from '../../ui/device.tsx';
import { List } from '../../ui/list.tsx';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './profile.module.css';
import { factorsQuery, useForgetDevices } from './queries.ts';

/** Browsers that I have signed in with: a lock of the account does not stop them. */
export function Devices() {
  const devices = useQuery(factorsQuery).data?.devices ?? [];
  const forget = useForgetDevices();
  if (devices.length === 0) return null;
  return (
    <Section
      title="Known browsers"
      aside={
        <ConfirmButton
          size="compact-xs"
          label="Forget all"
          title="Forget every browser?"
          confirm="Forget them"
          loading={forget.isPending}
          onConfirm={() => forget.mutate()}
        >
          Sessions go on. While your account is locked after wrong passwords of somebody else, only a passkey
          lets you in, until you have signed in from a browser again.
        </ConfirmButton>
      }
    >
      <p className={classes['note']}>
        When somebody locks your account by guessing at your password, you still get in from these.
      </p>
      <List
        label="Known browsers"
        items={devices}
        columns={[
          { title: 'Browser', main: true, render: (device) => <Device agent={device.device} /> },
          { title: 'Known', width: '110px', render: (device) => <Ago at={device.createdAt} /> },
          {
            title: 'Last used',
            width: '110px',
            align: 'right',
            render: (device) => <Ago at={device.lastUsedAt} />,
          },
        ]}
      />
    </Section>
  );
}
