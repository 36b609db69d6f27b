import type { Clock } from '../../base/clock.ts';
import { conflict, invalidInput, notFound, type CustosError, type FieldFault } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isUniqueViolation, type State } from '../state/state.ts';
import { savedSearchStore, type SavedSearch, type SearchTable } from './store.ts';

export type { SavedSearch } from './store.ts';

/** Most searches that one user may have saved. */
export const savedSearchLimit = 200;
const nameLimit = 100;
/** Of the filter's JSON, in UTF-8. */
const filterLimitBytes = 16_384;

export interface SavedSearchInput<Filter> {
  readonly name: string;
  readonly shared: boolean;
  readonly filter: Filter;
}

/** Searches that people keep, of one kind. A search of another user is there only while it is shared. */
export interface SavedSearches<Filter> {
  /** The viewer's own and all shared ones, by name. */
  list(viewer: string): Promise<readonly SavedSearch<Filter>[]>;
  /** Raises `not_found`. */
  get(viewer: string, id: string): Promise<SavedSearch<Filter>>;
  /** Raises `invalid_input`, and `conflict` for a name that the owner uses or at 200 searches. */
  create(owner: string, input: SavedSearchInput<Filter>): Promise<SavedSearch<Filter>>;
  /** Raises `not_found` also for a search of somebody else, `invalid_input` and `conflict`. */
  update(owner: string, id: string, change: Partial<SavedSearchInput<Filter>>): Promise<SavedSearch<Filter>>;
  /** Raises `not_found` also for a search of somebody else. */
  remove(owner: string, id: string): Promise<void>;
  /** Removes those of a user who is gone; returns how many. */
  removeAllOf(owner: string): Promise<number>;
}

/** What differs between the searches of one part of the product and another's. */
export interface SavedSearchKind<Filter> {
  readonly table: SearchTable;
  /** Of the searches' ids. */
  readonly idPrefix: string;
  /** The field that a filter's fault names. */
  readonly filterField: string;
  /** Raises `invalid_input` for a filter that nobody could run. */
  readonly check?: (filter: Filter, nowMs: number) => void;
}

const nameTaken = (name: string): CustosError =>
  conflict(`You have a saved search "${name}" already.`, [
    { field: 'name', message: 'must differ from the names of your other searches' },
  ]);

/** As many as could possibly be added in between, each of which takes one place. */
const attempts = savedSearchLimit;

export function createSavedSearches<Filter>(
  { state, clock }: { readonly state: State; readonly clock: Clock },
  { table, idPrefix, filterField, check }: SavedSearchKind<Filter>,
): SavedSearches<Filter> {
  const store = savedSearchStore<Filter>(table);

  const own = async (owner: string, id: string): Promise<SavedSearch<Filter>> => {
    const search = await store.load(state.read, id);
    if (search === undefined || search.owner !== owner) throw notFound('saved search', id);
    return search;
  };

  const checked = ({ name, shared, filter }: SavedSearchInput<Filter>): SavedSearchInput<Filter> => {
    const faults: FieldFault[] = [];
    const trimmed = name.trim();
    if (trimmed === '' || trimmed.length > nameLimit || /\p{Cc}/u.test(trimmed) || !trimmed.isWellFormed())
      faults.push({
        field: 'name',
        message: `must be 1 to ${nameLimit} characters without control characters`,
      });
    if (Buffer.byteLength(JSON.stringify(filter), 'utf8') > filterLimitBytes)
      faults.push({ field: filterField, message: `must be at most ${filterLimitBytes} bytes of JSON` });
    if (faults.length > 0) throw invalidInput(faults);
    check?.(filter, clock.now());
    return { name: trimmed, shared, filter };
  };

  return {
    list: (viewer) => store.list(state.read, viewer),
    async get(viewer, id) {
      const search = await store.load(state.read, id);
      if (search === undefined || (search.owner !== viewer && !search.shared))
        throw notFound('saved search', id);
      return search;
    },
    async create(owner, input) {
      const now = clock.now();
      const search: SavedSearch<Filter> = {
        ...checked(input),
        id: newId(idPrefix, now),
        owner,
        createdAt: now,
        updatedAt: now,
      };
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const taken = await store.takenBy(state.write, owner);
        if (taken.some(({ name }) => name === search.name)) throw nameTaken(search.name);
        const places = new Set(taken.map(({ place }) => place));
        const place = Array.from({ length: savedSearchLimit }, (_, at) => at).find((at) => !places.has(at));
        if (place === undefined)
          throw conflict(
            `You have ${savedSearchLimit} saved searches, the most there may be; remove one first.`,
          );
        try {
          await store.add(state.write, search, place);
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
      const search: SavedSearch<Filter> = {
        ...before,
        ...checked({ name: before.name, shared: before.shared, filter: before.filter, ...change }),
        updatedAt: clock.now(),
      };
      try {
        if (!(await store.change(state.write, search))) throw notFound('saved search', id);
      } catch (error) {
        if (isUniqueViolation(error)) throw nameTaken(search.name);
        throw error;
      }
      return search;
    },
    async remove(owner, id) {
      if (!(await store.remove(state.write, owner, id))) throw notFound('saved search', id);
    },
    removeAllOf: (owner) => store.removeAllOf(state.write, owner),
  };
}
