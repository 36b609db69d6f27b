import type { Catalogue } from '../events/catalogue.ts';
import { detailPair } from './detail-pairs.ts';
import { needlesOf } from './folded-text.ts';
import type { AuditFilter } from './types.ts';

/** A filter, resolved: the one thing by which both the engine and this program judge events. */
export interface Condition {
  readonly from?: number;
  readonly to?: number;
  readonly log?: string;
  /** Fields that have to be equal. */
  readonly equal: Readonly<Partial<Record<EqualField, string>>>;
  /** One of these ids acted. */
  readonly actors?: readonly string[];
  /** One of these ids acted or was acted on. */
  readonly parties?: readonly string[];
  /** The action itself, or the beginning of it up to a dot. */
  readonly action?: string;
  /** One of these types. */
  readonly types?: readonly string[];
  /** One of these, in the folded leaf. */
  readonly needles?: readonly string[];
  /** All of these, among the pairs of the details. */
  readonly pairs?: readonly string[];
  /** Only events that are about security. */
  readonly security?: SecurityTypes;
}

/** Which events are about security, by their type and, for some, their outcome. */
export interface SecurityTypes {
  readonly always: readonly string[];
  readonly whenRefused: readonly string[];
}

export const equalFields = [
  'actor',
  'target',
  'outcome',
  'type',
  'severity',
  'source',
  'tenant',
  'requestId',
  'traceId',
] as const;
export type EqualField = (typeof equalFields)[number];

const listOf = (ids: string | readonly string[]): readonly string[] =>
  (typeof ids === 'string' ? [ids] : ids).map((id) => id.toWellFormed());

export function conditionOf(filter: AuditFilter, catalogue: Pick<Catalogue, 'list'>): Condition {
  const equal: Partial<Record<EqualField, string>> = {};
  for (const field of equalFields) {
    const wanted = filter[field];
    if (typeof wanted === 'string') equal[field] = wanted.toWellFormed();
  }
  const { from, to, log, actor, party, action, category, text, details = [] } = filter;
  return {
    equal,
    ...(from === undefined ? {} : { from: Math.ceil(from) }),
    ...(to === undefined ? {} : { to: Math.ceil(to) }),
    ...(log === undefined ? {} : { log }),
    ...(actor === undefined || typeof actor === 'string' ? {} : { actors: listOf(actor) }),
    ...(party === undefined ? {} : { parties: listOf(party) }),
    ...(action === undefined ? {} : { action: action.toWellFormed() }),
    ...(category === undefined
      ? {}
      : {
          types: catalogue
            .list()
            .filter((entry) => entry.category === category)
            .map(({ type }) => type),
        }),
    ...(text === undefined || text === '' ? {} : { needles: needlesOf(text) }),
    ...(details.length === 0 ? {} : { pairs: details.map(({ path, value }) => detailPair(path, value)) }),
  };
}
