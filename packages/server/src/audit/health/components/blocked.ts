import type { ComponentDefinition } from '../component.ts';

/** Calls to the intake that were turned away in the last hour (row A13). */
export const blockedComponent: ComponentDefinition = {
  name: 'blocked',
  title: 'Blocked calls',
  unit: 'per hour',
  figure: 'audit_blocked_per_hour',
  async look({ sources, settings }) {
    const { blocked } = await sources.security();
    return {
      value: blocked,
      warning: settings.BLOCKED_WARNING,
      critical: settings.BLOCKED_CRITICAL,
      message: blocked === 0 ? 'None in the last hour.' : `${blocked} in the last hour.`,
    };
  },
};
