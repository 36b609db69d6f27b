import type { ComponentDefinition } from '../component.ts';

const bytesPerGigabyte = 1e9;

/** What the journal and all logs take on disk (row A13). */
export const logSizeComponent: ComponentDefinition = {
  name: 'log-size',
  title: 'Log size',
  unit: 'GB',
  figure: 'audit_log_size_gb',
  async look({ sources, settings }) {
    const { journalBytes, logs } = await sources.figures();
    const value = logs.reduce((sum, { bytes }) => sum + bytes, journalBytes) / bytesPerGigabyte;
    const entries = logs.reduce((sum, { size }) => sum + size, 0);
    return {
      value,
      warning: settings.LOG_SIZE_WARNING_GB,
      critical: settings.LOG_SIZE_CRITICAL_GB,
      message: `${entries} events take ${value.toFixed(value < 0.1 ? 3 : 2)} GB.`,
    };
  },
};
