import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';

/** What the other side of a TLS session showed. Times are milliseconds since the epoch. */
export interface PeerFacts {
  /** Whether the certificate was verified against name and trusted roots. */
  readonly authorized: boolean;
  /** Why not, such as `CERT_HAS_EXPIRED`; absent when it was. */
  readonly authorizationError?: string;
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  /** Names and addresses that the certificate is for. */
  readonly altNames: readonly string[];
  readonly validFrom: number;
  readonly validTo: number;
  /** The earliest end among the certificates that were sent: an intermediate can expire first. */
  readonly chainValidTo: number;
  readonly serialNumber: string;
  /** SHA-256 of the certificate, hex with colons. */
  readonly fingerprint256: string;
}

/** Certificates in a chain at most; what was sent may refer to itself. */
const maxChain = 10;

function chainEnd(leaf: DetailedPeerCertificate): number {
  let end = Infinity;
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = leaf;
  while (certificate !== undefined && seen.size < maxChain && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    end = Math.min(end, Date.parse(certificate.valid_to));
    certificate = certificate.issuerCertificate;
  }
  return end;
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const common = name?.CN ?? name?.O ?? '';
  return Array.isArray(common) ? common.join(', ') : common;
}

/** Reads the facts of a session whose handshake is done; `undefined` when no certificate was shown. */
export function readPeer(socket: TLSSocket): PeerFacts | undefined {
  const leaf = socket.getPeerCertificate(true);
  if (leaf.fingerprint256 === undefined) return undefined;
  const error: unknown = socket.authorizationError;
  return {
    authorized: socket.authorized,
    ...(socket.authorized
      ? {}
      : { authorizationError: error instanceof Error ? error.message : String(error) }),
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.name ?? 'unknown',
    subject: nameOf(leaf.subject),
    issuer: nameOf(leaf.issuer),
    altNames: (leaf.subjectaltname ?? '').split(', ').filter((name) => name !== ''),
    validFrom: Date.parse(leaf.valid_from),
    validTo: Date.parse(leaf.valid_to),
    chainValidTo: chainEnd(leaf),
    serialNumber: leaf.serialNumber,
    fingerprint256: leaf.fingerprint256,
  };
}
