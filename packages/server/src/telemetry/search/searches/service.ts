import type { Clock } from '../../../base/clock.ts';
import { conflict, invalidInput, notFound, type CustosError, type FieldFault } from '../../../base/errors.ts';
import { newId } from '../../../base/ids.ts';
import { isUniqueViolation, type State } from '../../../storage/state/state.ts';
import {
  addSearch,
  changeSearch,
  loadSearch,
  loadSearches,
  removeSearch,
  takenBy,
  type SavedLogSearch,
  type SearchFilter,
} from './store.ts';
import { parseSearch } from '../language/parse.ts';

export type { SavedLogSearch } from './store.ts';

/** Most searches that one user may have saved. */
export const savedLogSearchLimit = 200;
const nameLimit = 100;
/** Of the filter's JSON, in UTF-8. */
const filterLimitBytes = 16_384;

export interface LogSearchInput {
  readonly name: string;
  readonly shared: boolean;
  readonly filter: SearchFilter;
}

/** Searches that people keep. A search of another user is there only while it is shared. */
export interface SavedLogSearches {
  /** The viewer's own and all shared ones, by name. */
  list(viewer: string): Promise<readonly SavedLogSearch[]>;
  /** Raises `not_found`. */
  get(viewer: string, id: string): Promise<SavedLogSearch>;
  /** Raises `invalid_input`, and `conflict` for a name that the owner uses or at 200 searches. */
  create(owner: string, input: LogSearchInput): Promise<SavedLogSearch>;
  /** Raises `not_found` also for a search of somebody else, `invalid_input` and `conflict`. */
  update(owner: string, id: string, change: Partial<LogSearchInput>): Promise<SavedLogSearch>;
  /** Raises `not_found` also for a search of somebody else. */
  remove(owner: string, id: string): Promise<void>;
}

/** Also a search that nobody could run is refused. */
function checked({ name, shared, filter }: LogSearchInput, nowMs: number): LogSearchInput {
  const faults: FieldFault[] = [];
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > nameLimit || /\p{Cc}/u.test(trimmed) || !trimmed.isWellFormed())
    faults.push({
      field: 'name',
      message: `must be 1 to ${nameLimit} characters without control characters`,
    });
  if (Buffer.byteLength(JSON.stringify(filter), 'utf8') > filterLimitBytes)
    faults.push({ field: 'query', message: `must be at most ${filterLimitBytes} bytes of JSON` });
  if (faults.length > 0) throw invalidInput(faults);
  parseSearch(filter.query, nowMs);
  return { name: trimmed, shared, filter };
}

const nameTaken = (name: string): CustosError =>
  conflict(`You have a saved search "${name}" already.`, [
    { field: 'name', message: 'must differ from the names of your other searches' },
  ]);

/** As many as could possibly be added in between, each of which takes one place. */
const attempts = savedLogSearchLimit;

export function createSavedLogSearches({
  state,
  clock,
}: {
  readonly state: State;
  readonly clock: Clock;
}): SavedLogSearches {
  const own = async (owner: string, id: string): Promise<SavedLogSearch> => {
    const search = await loadSearch(state.read, id);
    if (search === undefined || search.owner !== owner) throw notFound('saved search', id);
    return search;
  };

  return {
    list: (viewer) => loadSearches(state.read, viewer),
    async get(viewer, id) {
      const search = await loadSearch(state.read, id);
      if (search === undefined || (search.owner !== viewer && !search.shared))
        throw notFound('saved search', id);
      return search;
    },
    async create(owner, input) {
      const now = clock.now();
      const search: SavedLogSearch = {
        ...checked(input, now),
        id: newId('lsrch', now),
        owner,
        createdAt: now,
        updatedAt: now,
      };
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const taken = await takenBy(state.write, owner);
        if (taken.some(({ name }) => name === search.name)) throw nameTaken(search.name);
        const places = new Set(taken.map(({ place }) => place));
        const place = Array.from({ length: savedLogSearchLimit }, (_, at) => at).find(
          (at) => !places.has(at),
        );
        if (place === undefined)
          throw conflict(
            `You have ${savedLogSearchLimit} saved searches, the most there may be; remove one first.`,
          );
        try {
          await addSearch(state.write, search, place);
          return search;
        } catch (error) {
          // Somebody was faster with this place or name; the next look says which.
          if (!isUniqueViolation(error)) throw error;
        }
      }
      throw conflict('Too many searches are being saved at once; try again.');
    },
    async update(owner, id, change) {
      const before = await own(owner, id);
      const search: SavedLogSearch = {
        ...before,
        ...checked(
          { name: before.name, shared: before.shared, filter: before.filter, ...change },
          clock.now(),
        ),
        updatedAt: clock.now(),
      };
      try {
        if (!(await changeSearch(state.write, search))) throw notFound('saved search', id);
      } catch (error) {
        if (isUniqueViolation(error)) throw nameTaken(search.name);
        throw error;
      }
      return search;
    },
    async remove(owner, id) {
      if (!(await removeSearch(state.write, owner, id))) throw notFound('saved search', id);
    },
  };
}
