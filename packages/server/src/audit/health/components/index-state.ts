import { tailLimit } from '../../index/tail.ts';
import type { ComponentDefinition } from '../component.ts';

/** Whether the index finds what the logs hold. Above this many entries behind, searches begin to refuse. */
export const indexComponent: ComponentDefinition = {
  name: 'index',
  title: 'Index',
  unit: 'events',
  figure: 'audit_index_behind_events',
  look({ sources }) {
    const { state, logs, rebuild, lastError, lastCheck } = sources.index();
    const behind = logs.reduce((sum, log) => sum + log.behind, 0);
    if (!sources.hasIndex)
      return { value: null, message: 'There is none by configuration; searches read the logs.' };
    const reading = { value: behind, warning: tailLimit };
    if (lastCheck?.ok === false) {
      const ranges = lastCheck.logs.reduce((sum, { differing }) => sum + differing.length, 0);
      return {
        ...reading,
        status: 'critical',
        message: `The last check found ${ranges} ranges in which index and log differ; \`custos audit rebuild\` makes it again.`,
      };
    }
    if (rebuild !== null) {
      return { ...reading, message: `It is being made again: ${rebuild.done} of ${rebuild.total} entries.` };
    }
    if (state === 'away') {
      return { ...reading, status: 'warning', message: 'Columns are down; searches read the logs.' };
    }
    if (lastError !== null) {
      return { ...reading, status: 'warning', message: `Indexing fails: ${lastError}` };
    }
    return {
      ...reading,
      message: behind === 0 ? 'It is complete.' : `${behind} events are not indexed yet.`,
    };
  },
};
