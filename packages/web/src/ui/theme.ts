import { createTheme, Drawer, Menu, Modal, Popover, Tooltip } from '@mantine/core';

/**
 * Mantine's part of the look; colours and sizes are in tokens.css. Scroll locking is off everywhere because
 * it would inject a <style> element, which the content security policy refuses.
 */
export const theme = createTheme({
  primaryColor: 'indigo',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({
      defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.35 } },
    }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: false, fz: 12 } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', position: 'bottom-end' } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md' } }),
  },
});
