import { createHash } from 'node:crypto';
import { ApiError, invalidParameter } from './api-error.ts';
import type { Parameters } from './parameters.ts';

interface Named {
  readonly file: string;
  readonly name: string;
}

const tokenOf = ({ file, name }: Named): string => createHash('sha1').update(`${file};${name}`).digest('hex');

/**
 * The groups of one page, ordered by file and name, and the token that asks for the next one:
 * `group_limit` and `group_next_token` of `/api/v1/rules`.
 */
export function pageOf<G extends Named>(
  groups: readonly G[],
  from: Parameters,
): { readonly groups: readonly G[]; readonly groupNextToken?: string } {
  const limitText = from.text('group_limit');
  const token = from.text('group_next_token');
  if (limitText === '') {
    if (token === '') return { groups };
    throw invalidParameter(
      'group_next_token',
      'group_limit needs to be present in order to paginate over the groups',
    );
  }
  const limit = Number(limitText);
  if (!/^[+-]?\d{1,15}$/.test(limitText)) {
    throw invalidParameter('group_limit', 'group_limit needs to be a valid number');
  }
  if (limit <= 0) throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  const ordered = groups.toSorted((a, b) => {
    const [left, right] = a.file === b.file ? [a.name, b.name] : [a.file, b.file];
    return left < right ? -1 : left > right ? 1 : 0;
  });
  const start = token === '' ? 0 : ordered.findIndex((group) => tokenOf(group) === token);
  if (start < 0) {
    throw new ApiError(
      'bad_data',
      `invalid group_next_token ${JSON.stringify(token)}: were rule groups changed?`,
    );
  }
  const next = ordered[start + limit];
  return {
    groups: ordered.slice(start, start + limit),
    ...(next === undefined ? {} : { groupNextToken: tokenOf(next) }),
  };
}
