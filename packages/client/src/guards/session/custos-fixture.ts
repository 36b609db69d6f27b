import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

interface Key {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
}

export interface TokenFacts {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Record<string, unknown>;
  readonly key?: CryptoKey | Uint8Array;
}

/** A server with the doors of Custos that guards use: the keys, and the question about a session. */
export interface CustosFixture {
  readonly url: string;
  /** Everything that was asked: `jwks`, or the body and token of a question. */
  readonly asked: {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly body: unknown;
  }[];
  /** The keys that are published now. */
  published: JWK[];
  /** How the question is answered. */
  answer: { status: number; body: unknown };
  key: Key;
  /** Signs with a new key from now on and publishes it beside the old ones. */
  rotate(): Promise<void>;
  /** A token as Custos makes it; what is given replaces what is in it. */
  token(facts?: TokenFacts): Promise<string>;
  stop(): Promise<void>;
}

let keyNumber = 0;
async function newKey(): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  keyNumber += 1;
  const kid = `key_${keyNumber}`;
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' } };
}

export const allowed = {
  status: 200,
  body: { allowed: true, reason: null, identity: { userId: 'usr_ada', role: 'analyst', kind: 'user' } },
};

export async function startCustos(): Promise<CustosFixture> {
  const key = await newKey();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const path = request.url ?? '';
      custos.asked.push({
        path,
        authorization: request.headers.authorization,
        body: text === '' ? null : (JSON.parse(text) as unknown),
      });
      const { status, body } =
        path === '/.well-known/jwks.json' ? { status: 200, body: { keys: custos.published } } : custos.answer;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const custos: CustosFixture = {
    url,
    asked: [],
    published: [key.publicJwk],
    answer: allowed,
    key,
    async rotate() {
      custos.key = await newKey();
      custos.published = [...custos.published, custos.key.publicJwk];
    },
    async token({ claims = {}, header = {}, key: signer } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: url,
        aud: 'shop',
        sub: 'usr_ada',
        sid: 'ses_1',
        iat: now,
        exp: now + 300,
        permissions: ['dashboard.read', 'investigation.read'],
        ...claims,
      };
      const jwt = new SignJWT(all).setProtectedHeader({
        alg: 'EdDSA',
        typ: 'at+jwt',
        kid: custos.key.kid,
        ...header,
      });
      return jwt.sign(signer ?? custos.key.privateKey);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return custos;
}
