import { sameBytes } from './bytes.ts';
import { parseDecimal } from './checkpoint.ts';
import { LedgerProblem, unreadable } from './problem.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** Who is trusted, and how many of them are enough (C2SP tlog-policy). */
export interface TrustPolicy {
  readonly logs: readonly VerifierKey[];
  readonly witnesses: ReadonlyMap<string, VerifierKey>;
  readonly groups: ReadonlyMap<string, { readonly needed: number; readonly members: readonly string[] }>;
  /** Name of a witness or group, or `none`. */
  readonly quorum: string;
}

const logTypes = [0x01, 0x06];
const cosignerTypes = [0x04, 0x06];

function neededOf(threshold: string | undefined, members: readonly string[]): number {
  const needed =
    threshold === 'any' ? 1 : threshold === 'all' ? members.length : (parseDecimal(threshold) ?? 0);
  if (needed < 1 || needed > members.length) throw unreadable('a threshold cannot be met');
  return needed;
}

async function readKey(
  words: readonly string[],
  types: readonly number[],
  others: Iterable<VerifierKey>,
): Promise<VerifierKey> {
  const [vkey, , ...rest] = words;
  if (vkey === undefined || rest.length > 0) throw unreadable('it takes a key and perhaps an address');
  const key = await parseVerifierKey(vkey);
  if (!types.includes(key.type)) throw unreadable(`the key of ${key.name} does not fit its use`);
  if ([...others].some((other) => sameBytes(other.publicKey, key.publicKey))) {
    throw unreadable(`the key of ${key.name} is listed twice`);
  }
  return key;
}

/** Parses a policy, which is refused whole when any line is not understood. Throws a `LedgerProblem`. */
export async function parsePolicy(text: string): Promise<TrustPolicy> {
  const logs: VerifierKey[] = [];
  const witnesses = new Map<string, VerifierKey>();
  const groups = new Map<string, { needed: number; members: string[] }>();
  const used = new Set<string>();
  let quorum: string | undefined;
  const isKnown = (name: string): boolean => witnesses.has(name) || groups.has(name);
  const newName = (name: string | undefined): string => {
    if (name === undefined || name === 'none' || isKnown(name)) throw unreadable('a name is used twice');
    return name;
  };
  const readers: Readonly<Record<string, (words: readonly string[]) => Promise<void> | void>> = {
    async log(words) {
      logs.push(await readKey(words, logTypes, logs));
    },
    async witness([name, ...words]) {
      witnesses.set(newName(name), await readKey(words, cosignerTypes, witnesses.values()));
    },
    group([name, threshold, ...members]) {
      const known = newName(name);
      for (const member of members) {
        if (!isKnown(member) || used.has(member)) throw unreadable('a member is unknown or in two groups');
        used.add(member);
      }
      groups.set(known, { needed: neededOf(threshold, members), members });
    },
    quorum([name, ...rest]) {
      if (quorum !== undefined || name === undefined || rest.length > 0) {
        throw unreadable('there must be one quorum line with one name');
      }
      if (name !== 'none' && !isKnown(name)) throw unreadable('the quorum is not defined');
      quorum = name;
    },
  };

  for (const [number, line] of text.split('\n').entries()) {
    try {
      // eslint-disable-next-line no-control-regex -- the specification allows tab and newline only.
      if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(line)) throw unreadable('control characters');
      const [word, ...words] = line.split(/[ \t]+/).filter((part) => part !== '');
      if (word === undefined || word.startsWith('#')) continue;
      const reader = Object.hasOwn(readers, word) ? readers[word] : undefined;
      if (reader === undefined) throw unreadable('it must begin with log, witness, group or quorum');
      await reader(words);
    } catch (error) {
      if (!(error instanceof LedgerProblem)) throw error;
      throw new LedgerProblem(error.code, `Line ${number + 1} of the policy: ${error.message}`);
    }
  }
  if (quorum === undefined) throw unreadable('The policy has no quorum line.');
  return { logs, witnesses, groups, quorum };
}

/** True when the named witnesses reach the policy's quorum. */
export function reachesQuorum(policy: TrustPolicy, cosigners: ReadonlySet<string>): boolean {
  const holds = (name: string): boolean => {
    const group = policy.groups.get(name);
    if (group === undefined) return cosigners.has(name);
    return group.members.filter(holds).length >= group.needed;
  };
  return policy.quorum === 'none' || holds(policy.quorum);
}
