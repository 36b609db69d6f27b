import type { Status } from '@custos/contract';
import type { Condition } from './streak.ts';
import { weigh, worst } from './weigh.ts';

export interface AssessedProbe {
  readonly id: string;
  readonly serviceId: string | null;
  readonly paused: boolean;
  readonly inMaintenance: boolean;
  readonly condition: Condition;
  /** The message of the last result that mattered. */
  readonly message: string;
}

export interface AssessedService {
  readonly id: string;
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly inMaintenance: boolean;
}

/** A status and why. */
interface Verdict {
  readonly status: Status;
  readonly reason: string;
}

export interface Assessment {
  readonly probes: ReadonlyMap<string, Verdict>;
  readonly services: ReadonlyMap<string, Verdict>;
}

interface Judged extends Verdict {
  /** Set when what depends on this service is blocked: the name of the service where the fault is. */
  readonly blocks: string | undefined;
  readonly blockedBy: string | undefined;
}

/**
 * Gives every probe and service its status.
 *
 * A service is as bad as its worst probe that is neither paused nor in a window. A service blocks what
 * depends on it while one of its probes is down, also in a window of its own (planned work on a database
 * pages nobody for the shops in front of it), and while it is blocked itself. The graph has no cycles:
 * they are refused when a service is saved.
 */
export function assess(probes: readonly AssessedProbe[], services: readonly AssessedService[]): Assessment {
  const members = new Map<string, AssessedProbe[]>();
  for (const probe of probes) {
    if (probe.serviceId === null) continue;
    const group = members.get(probe.serviceId);
    if (group === undefined) members.set(probe.serviceId, [probe]);
    else group.push(probe);
  }
  const byId = new Map(services.map((service) => [service.id, service]));
  const judged = new Map<string, Judged>();

  const judge = (service: AssessedService): Judged => {
    const known = judged.get(service.id);
    if (known !== undefined) return known;
    let blockedBy: string | undefined;
    for (const parentId of service.dependsOn) {
      const parent = byId.get(parentId);
      if (parent !== undefined) blockedBy ??= judge(parent).blocks;
    }
    const own = judgeService(service, members.get(service.id) ?? [], blockedBy);
    judged.set(service.id, own);
    return own;
  };
  for (const service of services) judge(service);

  const verdicts = new Map<string, Verdict>();
  for (const probe of probes) {
    const blockedBy = probe.serviceId === null ? undefined : judged.get(probe.serviceId)?.blockedBy;
    const status = weigh({ ...probe, blocked: blockedBy !== undefined });
    verdicts.set(probe.id, { status, reason: probeReason(status, probe.message, blockedBy) });
  }
  return { probes: verdicts, services: judged };
}

function judgeService(
  service: AssessedService,
  members: readonly AssessedProbe[],
  blockedBy: string | undefined,
): Judged {
  const running = members.filter((probe) => !probe.paused);
  const counted = running.filter((probe) => !probe.inMaintenance);
  const paused = members.length > 0 && running.length === 0;
  const status = weigh({
    paused,
    inMaintenance: service.inMaintenance || (running.length > 0 && counted.length === 0),
    blocked: blockedBy !== undefined,
    condition: worst(counted.map((probe) => probe.condition)),
  });
  const failing = running.filter((probe) => probe.condition === 'down');
  const blocks = blockedBy ?? (failing.length > 0 ? service.name : undefined);
  return { status, reason: serviceReason(status, counted, blockedBy), blocks, blockedBy };
}

function probeReason(status: Status, message: string, blockedBy: string | undefined): string {
  if (status === 'blocked') return `"${blockedBy ?? ''}" is down, and this depends on it.`;
  if (status === 'maintenance') return 'In a maintenance window.';
  if (status === 'paused') return 'Paused.';
  return status === 'unknown' && message === '' ? 'Not checked yet.' : message;
}

function serviceReason(
  status: Status,
  counted: readonly AssessedProbe[],
  blockedBy: string | undefined,
): string {
  if (status === 'down' || status === 'degraded') {
    const culprit = counted.find((probe) => probe.condition === status);
    const others = counted.filter((probe) => probe.condition === status).length - 1;
    return `${culprit?.message ?? ''}${others > 0 ? ` (and ${others} more)` : ''}`;
  }
  if (status === 'up') return '';
  if (status === 'unknown') return counted.length === 0 ? 'It has no probe.' : 'Not checked yet.';
  return probeReason(status, '', blockedBy);
}
