import type { DeliveryState } from '@custos/contract';
import { IconArrowRampRight, IconBan, IconCheck, IconHourglass, IconX } from '@tabler/icons-react';
import classes from './alert-state.module.css';

const looks = {
  pending: [IconHourglass, 'Sending', 'pending'],
  delivered: [IconCheck, 'Delivered', 'resolved'],
  failed: [IconX, 'Failed', 'firing'],
  'failed-over': [IconArrowRampRight, 'Failed over', 'warned'],
  cancelled: [IconBan, 'Cancelled', 'pending'],
} as const;

/** Whether a notification arrived, as shape and word; red when nobody was told. */
export function DeliveryStateWord({ state }: { state: DeliveryState }) {
  const [StateIcon, word, look] = looks[state];
  return (
    <span className={`${classes['state']} ${classes[look]}`}>
      <StateIcon size={14} stroke={1.8} aria-hidden="true" />
      {word}
    </span>
  );
}
