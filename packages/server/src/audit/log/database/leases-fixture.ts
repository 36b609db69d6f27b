import { sql } from 'kysely';
import type { State } from '../../../storage/state/state.ts';
import type { SequencerLease, SequencerLeases } from './types.ts';

/** Leases of a test that decides itself who holds them; the fence is in the database, as with real ones. */
export interface TestLeases {
  of(name: string): SequencerLeases;
  /** The node that holds the lease; undefined when none does. */
  holder(): string | undefined;
  /** Gives it to this node. The former holder is not told, as if it were paused, until `tell`. */
  move(to: string, tell: boolean): Promise<void>;
}

interface Candidate {
  readonly onGained: (lease: SequencerLease) => void | Promise<void>;
  readonly onLost: () => void | Promise<void>;
}

export async function createTestLeases(state: State): Promise<TestLeases> {
  await sql`create table test_lease (fence integer not null)`.execute(state.write);
  await sql`insert into test_lease (fence) values (0)`.execute(state.write);
  const candidates = new Map<string, Candidate>();
  let fence = 0;
  let holder: string | undefined;

  const give = async (name: string): Promise<void> => {
    holder = name;
    fence += 1;
    const own = fence;
    await sql`update test_lease set fence = ${own}`.execute(state.write);
    await candidates.get(name)?.onGained({
      async fenced(tx) {
        const { rows } = await sql<{ fence: number }>`select fence from test_lease for share`.execute(tx);
        if (rows[0]?.fence !== own) throw new Error('the lease is lost');
      },
    });
  };

  return {
    holder: () => holder,
    async move(to, tell) {
      const before = holder;
      await give(to);
      if (tell && before !== undefined) await candidates.get(before)?.onLost();
    },
    of: (name) => ({
      hold(_, candidate) {
        candidates.set(name, candidate);
        if (holder === undefined) void give(name).catch(() => undefined);
        return {
          async stop() {
            candidates.delete(name);
            if (holder === name) holder = undefined;
            await candidate.onLost();
            const [next] = candidates.keys();
            if (holder === undefined && next !== undefined) await give(next).catch(() => undefined);
          },
        };
      },
    }),
  };
}
