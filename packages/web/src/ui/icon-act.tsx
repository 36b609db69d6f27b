import { ActionIcon, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

/** A small thing to do, shown as an icon whose words come with the pointer. */
export function IconAct({
  label,
  hint = label,
  size,
  onClick,
  children,
}: {
  /** For those who cannot see where it stands. */
  label: string;
  /** For those who see. */
  hint?: string;
  size: number;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={hint}>
      <ActionIcon variant="subtle" color="gray" size={size} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
