import { createAnchoring, type Anchoring } from '../../../audit/anchors/anchoring.ts';
import { createOutside, type Outside } from '../../../audit/anchors/outside.ts';
import { createWitnesses, type Witnesses } from '../../../audit/anchors/witnesses.ts';
import { createWitnessService, type WitnessService } from '../../../audit/anchors/witness/service.ts';
import {
  createSigner,
  parseVerifierKey,
  type NoteSigner,
  type NoteVerifier,
} from '../../../audit/log/formats/keys.ts';
import { parsePolicy, type TrustPolicy } from '../../../audit/log/formats/policy.ts';
import { deriveLogKeys, type LogKeys } from '../../../audit/log/log-keys.ts';
import type { Ledger } from '../../../audit/log/ledger-types.ts';
import { ownPolicyText } from '../../../audit/own-policy.ts';
import type { LogDefinition } from '../../../audit/log/types.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import type { Outbound } from '../../../outbound/types.ts';
import type { State } from '../../../storage/state/state.ts';
import type { Part } from '../../lifecycle.ts';
import type { AuditConfiguration } from '../config/configuration.ts';
import { makeAnchors } from './anchors.ts';
import { anchorCall, witnessCall } from './calls.ts';

export interface OutsideParts {
  readonly configuration: Pick<AuditConfiguration, 'policy' | 'anchors' | 'witness' | 'mlDsa44'>;
  readonly identity: {
    readonly logs: readonly LogDefinition[];
    /** Of the ledger; the keys under which this installation is a witness follow from it too. */
    readonly secret: Uint8Array;
    keysOf(origin: string): LogKeys;
  };
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbound: Pick<Outbound, 'request'>;
}

/** What works once the ledger is open. */
export interface OutsideWork {
  readonly anchoring: Anchoring;
  readonly witnesses: Witnesses;
  /** Belongs right behind the ledger: then its last checkpoints are handed over before it closes. */
  readonly part: Part;
}

/** Everybody outside who confirms the ledger, and those whom this installation confirms. */
export interface JoinedOutside {
  /** For `LedgerOptions.outside`. */
  readonly heads: Outside;
  readonly policy: TrustPolicy;
  /** C2SP tlog-policy: the logs of this installation, and whom the configuration trusts beside them. */
  policyText(): string;
  /** Being a witness for others; null when the configuration names no logs. */
  readonly witness: WitnessService | null;
  /** Once the ledger is open. `isActive` says whether this node signs. */
  over(ledger: Ledger, isActive: () => boolean): OutsideWork;
  /** Gives back what the anchors hold, when the ledger could not be opened. */
  close(): void;
}

/** The verifier keys of a log: Ed25519 first, then the post-quantum one where it has that. */
function verifiersOf(origin: string, { ed25519, mlDsa44 }: LogKeys): NoteVerifier[] {
  const first = createSigner({ name: origin, type: 0x01, privateKey: ed25519 }).verifier;
  if (mlDsa44 === undefined) return [first];
  return [first, createSigner({ name: origin, type: 0x06, privateKey: mlDsa44 }).verifier];
}

/** Keys of a witness. No origin has a space in its name, so they are those of no log. */
function cosigners(
  name: string,
  { secret, mlDsa44 }: { secret: Uint8Array; mlDsa44: boolean },
): NoteSigner[] {
  const keys = deriveLogKeys(secret, { mlDsa44 })(`witness ${name}`);
  const signers = [createSigner({ name, type: 0x04, privateKey: keys.ed25519 })];
  if (keys.mlDsa44 !== undefined) signers.push(createSigner({ name, type: 0x06, privateKey: keys.mlDsa44 }));
  return signers;
}

/**
 * Makes what the configuration names outside: anchors, witnesses, and being a witness. Nobody is asked
 * anything before the ledger opens. Raises `invalid_input` for an anchor whose address cannot be.
 */
export async function joinOutside(parts: OutsideParts): Promise<JoinedOutside> {
  const { configuration, identity, state, clock, outbound } = parts;
  const log = parts.log.child({ part: 'audit-outside' });
  const verifiers = new Map(
    identity.logs.map(({ origin }) => [origin, verifiersOf(origin, identity.keysOf(origin))]),
  );
  const ownVerifiers = (origin: string): readonly NoteVerifier[] =>
    verifiers.get(origin) ?? verifiersOf(origin, identity.keysOf(origin));
  const text = ownPolicyText(configuration.policy ?? null, [...verifiers.values()].flat());
  const policy = parsePolicy(text);

  const made = await makeAnchors(configuration.anchors, {
    clock,
    call: anchorCall(outbound),
    verifiersOf: ownVerifiers,
  });
  const call = witnessCall(outbound);
  const heads = createOutside({
    state,
    clock,
    log,
    policy,
    call,
    anchors: made.anchors.map(({ anchor }) => anchor),
  });
  const { witness } = configuration;

  return {
    heads,
    policy,
    policyText: () => text,
    witness:
      witness === undefined
        ? null
        : createWitnessService({
            state,
            clock,
            log,
            signers: cosigners(witness.name, { secret: identity.secret, mlDsa44: configuration.mlDsa44 }),
            logs: witness.logs.map(({ origin, keys }) => ({ origin, keys: keys.map(parseVerifierKey) })),
          }),
    over(ledger, isActive) {
      const shared = { state, clock, log, ledger, isActive };
      const anchoring = createAnchoring({ ...shared, anchors: made.anchors });
      const witnesses = createWitnesses({
        ...shared,
        policy,
        call,
        verifiersOf: ownVerifiers,
        isConfirmed: heads.isConfirmed,
      });
      const part: Part = {
        name: 'audit witnesses and anchors',
        async start() {
          await witnesses.start();
          await anchoring.start();
        },
        async stop(deadlineMs) {
          await witnesses.stop();
          await anchoring.stop({ withinMs: Math.min(deadlineMs, 10_000) });
          made.close();
        },
      };
      return { anchoring, witnesses, part };
    },
    close: () => made.close(),
  };
}
