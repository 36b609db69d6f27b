import type { ComponentDefinition } from '../component.ts';

/** Security events of the last hour, from all sources (row A13). */
export const securityEventsComponent: ComponentDefinition = {
  name: 'security-events',
  title: 'Security events',
  unit: 'per hour',
  figure: 'audit_security_events_per_hour',
  async look({ sources, settings }) {
    const { events } = await sources.security();
    return {
      value: events,
      warning: settings.SECURITY_EVENTS_WARNING,
      critical: settings.SECURITY_EVENTS_CRITICAL,
      message: events === 0 ? 'None in the last hour.' : `${events} in the last hour.`,
    };
  },
};
