import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { periodWords } from './words.ts';

export const fetchReviews = custos.reviews.list;

export const reviewQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('access-reviews', id),
    queryFn: ({ signal }) => custos.reviews.get(id, signal),
  });

/** Every line of a review, page by page: a review is decided whole. */
export const linesQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('access-reviews', id), 'lines'),
    queryFn: async ({ signal }) => {
      const first = await custos.reviews.lines(id, { limit: 500 }, signal);
      const lines = [...first.items];
      let cursor = first.nextCursor;
      while (cursor !== null) {
        // Each page says where the next one begins.
        const page = await custos.reviews.lines(id, { limit: 500, cursor }, signal);
        lines.push(...page.items);
        cursor = page.nextCursor;
      }
      return lines;
    },
  });

export function useStartReview() {
  return useAct({
    run: () => custos.reviews.start(),
    touches: ['access-reviews'],
    done: (review) => `The review of the ${periodWords(review.period)} has begun.`,
  });
}

export interface LineDecision {
  readonly line: string;
  readonly decision: 'keep' | 'revoke';
  readonly note: string;
}

export function useDecide(id: string) {
  return useAct({
    run: async (decisions: readonly LineDecision[]) => {
      for (const decision of decisions) {
        // In order, so that a refusal leaves the rest undecided.
        await custos.reviews.decide(id, decision);
      }
    },
    touches: ['access-reviews', 'users', 'tokens'],
  });
}

export function useSign(id: string) {
  return useAct({
    run: () => custos.reviews.sign(id),
    touches: ['access-reviews'],
    done: (review) => `The review of the ${periodWords(review.period)} is signed.`,
    quiet: true,
  });
}

export function useEvidence(id: string) {
  return useAct({ run: () => custos.reviews.evidence(id), touches: [] });
}
