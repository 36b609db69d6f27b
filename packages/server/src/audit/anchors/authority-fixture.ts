import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True when the machine has OpenSSL, whose time stamping authority the tests ask. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real time stamping authority: OpenSSL's, behind HTTP on loopback. */
export interface TestAuthority {
  readonly url: string;
  /** The certificate that ends the chain, PEM; between it and the signer is another one. */
  readonly ca: string;
  /** Certificate of an authority that signed nothing. */
  readonly otherCa: string;
  /** What the next answers are changed by; null: nothing. */
  answerWith(change: ((response: Buffer) => { status?: number; type?: string; body?: Buffer }) | null): void;
  /** Signs the content of a response anew with another of its certificates, and wraps it as a response. */
  signAnew(response: Buffer, by: SignerName, options?: { readonly named: boolean }): Buffer;
  /** What `openssl ts -verify` says of a response to a message. */
  opensslVerifies(response: Buffer, message: string): boolean;
  requests(): number;
  close(): Promise<void>;
}

/** The signer of the authority; one whose certificate is for TLS; one of before its certificate began. */
export type SignerName = 'tsa' | 'tls' | 'future' | 'mixed';

const extensions: Record<SignerName, string> = {
  tsa: 'extendedKeyUsage=critical,timeStamping',
  tls: 'extendedKeyUsage=serverAuth',
  mixed: 'extendedKeyUsage=critical,timeStamping,serverAuth',
  future: 'extendedKeyUsage=critical,timeStamping',
};

function derLength(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const bytes = Buffer.from(
    length.toString(16).padStart(length > 0xff_ff ? 6 : length > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

const sequence = (...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30]), derLength(body.length), body]);
};

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function startAuthority(): Promise<TestAuthority> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-tsa-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });

  const newKey = (name: string): void =>
    void openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', `${name}.key`);
  const selfSigned = (name: string): void => {
    newKey(name);
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
      '-out',
      `${name}.pem`,
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
    );
  };
  const signed = (name: string, by: string, lines: string[]): void => {
    newKey(name);
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    writeFileSync(at(`${name}.ext`), `${lines.join('\n')}\n`);
    const dates =
      name === 'future'
        ? ['-not_before', '20990101000000Z', '-not_after', '20991231000000Z']
        : ['-days', '20'];
    const [first = '', second = '', third = '', fourth = ''] = dates;
    if (name === 'future') {
      // `openssl x509` of OpenSSL 3.0 cannot begin a certificate later; `openssl ca` can.
      writeFileSync(at('index.txt'), '');
      writeFileSync(at('serial.txt'), '4242\n');
      writeFileSync(
        at('ca.cnf'),
        `[ca]\ndefault_ca=d\n[d]\ndatabase=${at('index.txt')}\nserial=${at('serial.txt')}\nnew_certs_dir=${directory}\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n`,
      );
      openssl(
        'ca',
        '-batch',
        '-config',
        'ca.cnf',
        '-cert',
        `${by}.pem`,
        '-keyfile',
        `${by}.key`,
        '-in',
        `${name}.csr`,
        '-out',
        `${name}.pem`,
        '-notext',
        '-extfile',
        `${name}.ext`,
        '-startdate',
        second.slice(2),
        '-enddate',
        fourth.slice(2),
      );
      return;
    }
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      first,
      second,
      ...(third === '' ? [] : [third, fourth]),
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.pem`,
    );
  };

  selfSigned('root');
  selfSigned('other');
  signed('middle', 'root', ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']);
  for (const name of Object.keys(extensions) as SignerName[]) {
    signed(name, 'middle', [
      'basicConstraints=CA:FALSE',
      'keyUsage=critical,digitalSignature',
      extensions[name],
    ]);
  }
  writeFileSync(at('tsa.serial'), '01\n');
  writeFileSync(
    at('tsa.cnf'),
    `[tsa]\ndefault_tsa=t\n[t]\nserial=${at('tsa.serial')}\ncrypto_device=builtin\nsigner_cert=${at('tsa.pem')}\nsigner_key=${at('tsa.key')}\ncerts=${at('middle.pem')}\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n`,
  );

  let count = 0;
  let change: Parameters<TestAuthority['answerWith']>[0] = null;
  const server = createServer((request, response) => {
    void (async () => {
      count += 1;
      if (request.headers['content-type'] !== 'application/timestamp-query') {
        response.writeHead(415).end();
        return;
      }
      writeFileSync(at('query.tsq'), await bodyOf(request));
      openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'reply.tsr');
      const body = readFileSync(at('reply.tsr'));
      const changed = change?.(body) ?? {};
      response.writeHead(changed.status ?? 200, {
        'content-type': changed.type ?? 'application/timestamp-reply',
      });
      response.end(changed.body ?? body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    ca: readFileSync(at('root.pem'), 'utf8'),
    otherCa: readFileSync(at('other.pem'), 'utf8'),
    answerWith: (how) => void (change = how),
    signAnew(response, by, { named } = { named: true }) {
      writeFileSync(at('anew.tsr'), response);
      openssl('ts', '-reply', '-in', 'anew.tsr', '-token_out', '-out', 'anew.token');
      openssl('cms', '-verify', '-noverify', '-inform', 'DER', '-in', 'anew.token', '-out', 'anew.info');
      openssl(
        'cms',
        '-sign',
        '-binary',
        '-nodetach',
        '-md',
        'sha256',
        '-econtent_type',
        '1.2.840.113549.1.9.16.1.4',
        ...(named ? ['-cades'] : []),
        '-in',
        'anew.info',
        '-signer',
        `${by}.pem`,
        '-inkey',
        `${by}.key`,
        '-certfile',
        'middle.pem',
        '-outform',
        'DER',
        '-out',
        'anew.cms',
      );
      return sequence(sequence(Buffer.from([2, 1, 0])), readFileSync(at('anew.cms')));
    },
    opensslVerifies(response, message) {
      writeFileSync(at('check.tsr'), response);
      writeFileSync(at('check.txt'), message);
      try {
        openssl('ts', '-verify', '-data', 'check.txt', '-in', 'check.tsr', '-CAfile', 'root.pem');
        return true;
      } catch {
        return false;
      }
    },
    requests: () => count,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
