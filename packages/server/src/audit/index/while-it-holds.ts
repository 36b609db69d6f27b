import { CustosError } from '../../base/errors.ts';
import type { Follower, Positions } from './follower.ts';

/** Times that a search is done again because rows went away under it. */
const attempts = 5;

/**
 * Does work that relies on the positions of the index, again when they ceased to hold in the meantime, and
 * with none when the engine is away.
 */
export async function whileItHolds<T>(
  follower: Follower,
  work: (positions: Positions | null) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    let positions: Positions | null;
    try {
      positions = await follower.positions();
      const result = await work(positions);
      if (positions === null || positions.holds()) return result;
    } catch (error) {
      if (!(error instanceof CustosError) || error.code !== 'columns_unavailable') throw error;
      break;
    }
  }
  return work(null);
}
