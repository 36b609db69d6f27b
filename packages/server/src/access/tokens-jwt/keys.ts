import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { newId } from '../../base/ids.ts';
import { methodUnavailable } from '../errors.ts';
import type { AccessParts } from '../parts.ts';
import { topRole } from '../roles.ts';
import type { PublishedKey } from './key-store.ts';

/** The one algorithm that is ever signed with or believed (RFC 8037; OWASP ASVS 5.0, 9.1.2). */
export const algorithm = 'EdDSA';

/** A key signs for thirty days. */
const keyLifeMs = 30 * 86_400_000;
/** A retired key stays published for longer than any token lives, with room for clocks that are off. */
const publishedAfterMs = 15 * 60_000;

const secretName = (kid: string): string => `access/jwt/${kid}`;

/** Where the keys of JSON web tokens come from: made when needed, sealed, published, rotated. */
export function createJwtKeys({ state, clock, secrets, store, reads }: AccessParts) {
  /** Private halves by id, as long as they sign. */
  const opened = new Map<string, CryptoKey>();
  /** Public halves by id; ids are never used again. */
  const imported = new Map<string, CryptoKey>();

  const isDue = (newest: PublishedKey | undefined): boolean =>
    newest === undefined || newest.retiredAt !== null || clock.now() - newest.createdAt >= keyLifeMs;

  async function make(force: boolean): Promise<void> {
    if (secrets === null) {
      throw methodUnavailable(
        'Tokens are signed with a sealed key, and this process has no store of secrets.',
      );
    }
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const privateJwk = JSON.stringify(await exportJWK(privateKey));
    await state.transaction(async (tx) => {
      const handle = store(tx);
      // One node at a time; the second finds the key of the first.
      await handle.lockUsers(topRole);
      const keys = await handle.jwtKeys();
      if (!force && !isDue(keys[0])) return;
      const now = clock.now();
      const kid = newId('key', now);
      await secrets.put(secretName(kid), privateJwk, tx);
      await handle.addJwtKey({ kid, publicJwk: { ...publicJwk }, createdAt: now });
      await handle.retireJwtKeys(kid, now);
      for (const key of keys) {
        if (key.retiredAt === null || now - key.retiredAt < publishedAfterMs) continue;
        await handle.dropJwtKey(key.kid);
        await secrets.remove(secretName(key.kid), tx);
        opened.delete(key.kid);
      }
    });
  }

  return {
    /** The key that signs now. */
    async signing(): Promise<{ readonly kid: string; readonly key: CryptoKey }> {
      if (isDue((await reads.jwtKeys())[0])) await make(false);
      const newest = (await store(state.read).jwtKeys())[0];
      if (newest === undefined) throw new Error('a signing key that was just made is not there');
      const known = opened.get(newest.kid);
      if (known !== undefined) return { kid: newest.kid, key: known };
      const sealed = await secrets?.get(secretName(newest.kid));
      if (sealed === undefined) throw new Error('the private half of the signing key is not there');
      const key = (await importJWK(JSON.parse(sealed) as JWK, algorithm)) as CryptoKey;
      opened.set(newest.kid, key);
      return { kid: newest.kid, key };
    },

    /** The key that checks a token; undefined when no such key is published. */
    async verifying(kid: string): Promise<CryptoKey | undefined> {
      const published = (await reads.jwtKeys()).find((key) => key.kid === kid);
      if (published === undefined || isOver(published)) return undefined;
      const known = imported.get(kid);
      if (known !== undefined) return known;
      const key = (await importJWK({ ...published.publicJwk }, algorithm)) as CryptoKey;
      imported.set(kid, key);
      return key;
    },

    /** RFC 7517: every key that a token which still lives can have been signed with. */
    async published(): Promise<Record<string, unknown>[]> {
      return (await reads.jwtKeys())
        .filter((key) => !isOver(key))
        .map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: algorithm, use: 'sig' }));
    },

    /** Signs with a new key from now on; tokens signed before live out their minutes. */
    rotate: (): Promise<void> => make(true),
  };

  function isOver({ retiredAt }: PublishedKey): boolean {
    return retiredAt !== null && clock.now() - retiredAt >= publishedAfterMs;
  }
}

export type JwtKeys = ReturnType<typeof createJwtKeys>;
