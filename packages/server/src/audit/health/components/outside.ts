import type { ComponentDefinition } from '../component.ts';
import type { HealthSources } from '../types.ts';

/** As `anchors/witnesses.ts` calls a witness behind. */
const lateSeconds = 60;
/** When nobody outside has seen the log for so long, everything of that time rests on its keys alone. */
const aloneSeconds = 3600;

interface Peer {
  readonly name: string;
  /** Beyond what its own interval explains. */
  readonly lagSeconds: number;
  readonly isForked: boolean;
  readonly isLate: boolean;
}

const lagOf = (logs: readonly { readonly lagMs: number }[]): number =>
  logs.reduce((most, { lagMs }) => Math.max(most, lagMs / 1000), 0);

function peersOf(sources: HealthSources): Peer[] {
  const witnesses = sources.witnesses().map(({ name, state, logs }): Peer => {
    const lagSeconds = lagOf(logs);
    const isLate = state !== 'ok' || lagSeconds > lateSeconds;
    return { name: `the witness ${name}`, lagSeconds, isForked: state === 'forked', isLate };
  });
  const anchors = sources.anchors().map(({ name, intervalMs, logs }): Peer => {
    const lagSeconds = Math.max(0, lagOf(logs) - intervalMs / 1000);
    return { name: `the anchor ${name}`, lagSeconds, isForked: false, isLate: lagSeconds > lateSeconds };
  });
  return [...witnesses, ...anchors];
}

/** How far those outside are who confirm the log: witnesses and anchors. */
export const outsideComponent: ComponentDefinition = {
  name: 'witnesses',
  title: 'Witnesses and anchors',
  unit: 's',
  figure: 'audit_witness_lag_seconds',
  look({ sources }) {
    const peers = peersOf(sources);
    if (peers.length === 0) {
      return {
        value: null,
        message:
          'Nobody outside confirms the log: a change would go unseen by those who hold its signing keys.',
      };
    }
    const reading = { value: Math.max(...peers.map(({ lagSeconds }) => lagSeconds)), warning: lateSeconds };
    const forked = peers.find(({ isForked }) => isForked);
    if (forked !== undefined) {
      return { ...reading, status: 'critical', message: `The log has forked, says ${forked.name}.` };
    }
    const late = peers.filter(({ isLate }) => isLate);
    if (late.length === 0) return { ...reading, message: 'All of them follow.' };
    const who = late.map(({ name, lagSeconds }) => `${name} (${Math.round(lagSeconds)} s)`).join(', ');
    const isAlone = peers.every(({ lagSeconds }) => lagSeconds > aloneSeconds);
    return {
      ...reading,
      status: isAlone ? 'critical' : 'warning',
      message: isAlone
        ? `Nobody outside has confirmed the log for over an hour: ${who}.`
        : `Behind or failing: ${who}.`,
    };
  },
};
