import type { ComponentDefinition } from '../component.ts';

/** Events that wait to be written to a log (row A13). */
export const bufferComponent: ComponentDefinition = {
  name: 'buffer',
  title: 'Buffer',
  unit: 'events',
  figure: 'audit_buffer_events',
  async look({ sources, settings }) {
    const value = await sources.waiting();
    return {
      value,
      warning: settings.BUFFER_WARNING,
      critical: settings.BUFFER_CRITICAL,
      message: value === 0 ? 'Nothing waits.' : `${value} events wait for their place in a log.`,
    };
  },
};
