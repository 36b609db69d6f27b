import type { ApprovalKindName, ApprovalMode } from '@custos/contract';

/** A kind of act that can need a second person, as this version of Custos defines it. */
export interface ApprovalKindDefinition {
  readonly title: string;
  readonly description: string;
  readonly mode: ApprovalMode;
  readonly expiresMs: number;
  /** The point of such an act is its answer, so who asked calls again once it is approved. */
  readonly byRepeating?: true;
}

const hour = 3_600_000;

/**
 * The kinds, with their defaults. `when-possible` asks for a second person wherever there is one and never
 * locks an installation of one person out of its own acts. A request waits as long as such an act can
 * sensibly wait: a day for what administers, four hours for what concerns money or an open alert.
 */
export const approvalKindDefinitions: Readonly<Record<ApprovalKindName, ApprovalKindDefinition>> = {
  'bulk-export': {
    title: 'Bulk export',
    description: 'Taking data out in bulk.',
    mode: 'when-possible',
    expiresMs: 24 * hour,
    byRepeating: true,
  },
  'grant-administration': {
    title: 'Grant of administration',
    description: 'Giving somebody a role with power over the installation or over other accounts.',
    mode: 'when-possible',
    expiresMs: 24 * hour,
  },
  'shorten-retention': {
    title: 'Shorter retention',
    description: 'Keeping records for a shorter time than before.',
    mode: 'when-possible',
    expiresMs: 24 * hour,
  },
  'release-hold': {
    title: 'Release of a legal hold',
    description: 'Letting go of records that a legal hold keeps.',
    mode: 'when-possible',
    expiresMs: 24 * hour,
  },
  'replay-payout': {
    title: 'Replay of a payout',
    description: 'Running again a job that pays somebody.',
    mode: 'when-possible',
    expiresMs: 4 * hour,
  },
  'silence-critical': {
    title: 'Silence of a critical rule',
    description: 'Silencing or switching off a rule whose alerts are critical.',
    mode: 'when-possible',
    expiresMs: 4 * hour,
  },
};
