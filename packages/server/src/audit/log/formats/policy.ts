import { malformed } from '../errors.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { parseVerifierKey, verifiedSignatures, type NoteVerifier } from './keys.ts';
import type { SignedNote } from './signed-note.ts';

interface PolicyKey {
  readonly verifier: NoteVerifier;
  readonly url?: string;
}

/** Who is trusted, and how many of them are enough (C2SP tlog-policy). */
export interface TrustPolicy {
  readonly logs: readonly PolicyKey[];
  readonly witnesses: ReadonlyMap<string, PolicyKey>;
  readonly groups: ReadonlyMap<string, { readonly needed: number; readonly members: readonly string[] }>;
  /** Name of a witness or group, or `none`. */
  readonly quorum: string;
}

const cosignerTypes = [0x04, 0x06];
const logTypes = [0x01, 0x06];

/** Parses a policy. Raises `malformed_record` with the number of the line at fault. */
export function parsePolicy(text: string): TrustPolicy {
  const logs: PolicyKey[] = [];
  const witnesses = new Map<string, PolicyKey>();
  const groups = new Map<string, { needed: number; members: string[] }>();
  const used = new Set<string>();
  let quorum: string | undefined;
  const isKnown = (name: string): boolean => witnesses.has(name) || groups.has(name);
  const newName = (name: string | undefined): string => {
    if (name === undefined || name === 'none' || isKnown(name))
      throw new TypeError('the name must be new and not "none"');
    return name;
  };
  const key = (
    words: readonly string[],
    others: Iterable<PolicyKey>,
    types: readonly number[],
  ): PolicyKey => {
    const [vkey, url, ...rest] = words;
    if (vkey === undefined || rest.length > 0) throw new TypeError('it takes a key and perhaps a URL');
    const verifier = parseVerifierKey(vkey);
    if (!types.includes(verifier.type)) throw new TypeError('the type of the key does not fit its use');
    for (const other of others) {
      if (other.verifier.publicKey.equals(verifier.publicKey))
        throw new TypeError('the key is listed already');
    }
    return url === undefined ? { verifier } : { verifier, url };
  };

  const read: Readonly<Record<string, (words: string[]) => void>> = {
    log(words) {
      logs.push(key(words, logs, logTypes));
    },
    witness([name, ...words]) {
      witnesses.set(newName(name), key(words, witnesses.values(), cosignerTypes));
    },
    group([name, threshold, ...members]) {
      const known = newName(name);
      const needed = threshold === 'any' ? 1 : threshold === 'all' ? members.length : Number(threshold);
      if (!/^(any|all|[1-9][0-9]{0,3})$/.test(threshold ?? '') || needed < 1 || needed > members.length) {
        throw new TypeError('the threshold must be any, all, or 1 to the number of members');
      }
      for (const member of members) {
        if (!isKnown(member)) throw new TypeError(`"${member}" must be defined on an earlier line`);
        if (used.has(member)) throw new TypeError(`"${member}" is a member already`);
        used.add(member);
      }
      groups.set(known, { needed, members });
    },
    quorum([name, ...rest]) {
      if (quorum !== undefined) throw new TypeError('there must be exactly one quorum line');
      if (name === undefined || rest.length > 0 || (name !== 'none' && !isKnown(name))) {
        throw new TypeError('it must name one witness or group of an earlier line, or none');
      }
      quorum = name;
    },
  };

  for (const [number, line] of text.split('\n').entries()) {
    const fail = (what: string): never => {
      throw malformed('policy', `line ${number + 1}: ${what}`);
    };
    // eslint-disable-next-line no-control-regex -- the specification allows tab and newline only.
    if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(line)) fail('control characters are not allowed');
    const [word, ...words] = line.split(/[ \t]+/).filter((part) => part !== '');
    if (word === undefined || word.startsWith('#')) continue;
    const reader = Object.hasOwn(read, word) ? read[word] : undefined;
    if (reader === undefined) return fail('it must begin with log, witness, group or quorum');
    try {
      reader(words);
    } catch (error) {
      fail((error as Error).message);
    }
  }
  if (quorum === undefined) throw malformed('policy', 'there must be exactly one quorum line');
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

/** Names of the policy's witnesses whose right cosignature the note carries. */
export function cosignersOf(note: SignedNote, policy: TrustPolicy): ReadonlySet<string> {
  const cosigners = new Set<string>();
  for (const [name, { verifier }] of policy.witnesses) {
    if (verifiedSignatures(note, [verifier]).length > 0) cosigners.add(name);
  }
  return cosigners;
}

/**
 * Judges a checkpoint: signed by one of the policy's logs under its own origin, and cosigned by the
 * quorum. A policy without logs trusts no log.
 */
export function checkpointTrust(
  note: SignedNote,
  policy: TrustPolicy,
): { readonly trusted: true } | { readonly trusted: false; readonly reason: string } {
  const no = (reason: string): { trusted: false; reason: string } => ({ trusted: false, reason });
  let origin: string;
  try {
    ({ origin } = parseCheckpoint(note.text));
  } catch (error) {
    return no((error as Error).message);
  }
  const logKeys = policy.logs.map(({ verifier }) => verifier).filter(({ name }) => name === origin);
  if (logKeys.length === 0) return no(`The policy knows no log of the origin ${origin}.`);
  if (verifiedSignatures(note, logKeys).length === 0) return no('No key of the log signed the checkpoint.');
  return reachesQuorum(policy, cosignersOf(note, policy))
    ? { trusted: true }
    : no('The quorum of witnesses is not reached.');
}
