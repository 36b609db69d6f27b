import { Button } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { forwardRef, type ComponentPropsWithoutRef, type ReactNode } from 'react';
import classes from './ui.module.css';

interface AnchorButtonProps extends Omit<ComponentPropsWithoutRef<'a'>, 'color'> {
  variant?: 'filled' | 'default' | 'subtle';
  leftSection?: ReactNode;
}

const AnchorButton = forwardRef<HTMLAnchorElement, AnchorButtonProps>(function AnchorButton(props, ref) {
  return <Button component="a" size="xs" ref={ref} {...props} />;
});

const PlainAnchor = forwardRef<HTMLAnchorElement, ComponentPropsWithoutRef<'a'>>(
  function PlainAnchor(props, ref) {
    return <a ref={ref} {...props} className={`${classes['link']} ${props.className ?? ''}`} />;
  },
);

/** A link that looks like a button. */
export const LinkButton = createLink(AnchorButton);

/** A link that looks like the text around it. */
export const TextLink = createLink(PlainAnchor);
