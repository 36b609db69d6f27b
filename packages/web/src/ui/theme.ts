import { createTheme } from '@mantine/core';

/**
 * Mantine's part of the look; colours and sizes are in tokens.css. Scroll locking is off everywhere because
 * it would inject a <style> element, which the content security policy refuses.
 */
export const theme = createTheme({
  primaryColor: 'indigo',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Plain objects: naming the components here would load their code with the first page.
  components: {
    // A `header` in a dialog counts as one of the whole page, which has its own (ARIA, role banner).
    ModalHeader: { defaultProps: { component: 'div' } },
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    // The general radius would make a circle of so small a square, which reads as a choice of one.
    Checkbox: { defaultProps: { radius: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: false, fz: 12 } },
    // Its placeholder for the focus is no item of a menu; without it the focus goes to the first one.
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', withInitialFocusPlaceholder: false } },
    Popover: { defaultProps: { shadow: 'md' } },
  },
});
