import { hash, X509Certificate } from 'node:crypto';
import * as asn1 from 'asn1js';
import * as pki from 'pkijs';
import { badTimeStamp } from './errors.ts';

/**
 * Time stamps of RFC 3161: a request for one, and whether a response is one. What is stamped is hashed with
 * SHA-256, so `openssl ts -verify -data checkpoint.txt -in response.tsr -CAfile ca.pem` checks it as well.
 */
const oids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  contentType: '1.2.840.113549.1.9.3',
  /** RFC 2634 and RFC 5035: which certificate signed, by SHA-1 and by a hash of choice. */
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

const hashNames: Readonly<Record<string, string>> = {
  [oids.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** An `ArrayBuffer` of its own, as the ASN.1 library wants it. */
const owned = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** Encodes a request that asks for the signer's certificate; `nonce` has 1 to 32 bytes, the first 1 to 127. */
export function encodeTimeStampRequest(message: Uint8Array, nonce: Uint8Array): Buffer {
  const request = new pki.TimeStampReq({
    version: 1,
    messageImprint: new pki.MessageImprint({
      hashAlgorithm: new pki.AlgorithmIdentifier({
        algorithmId: oids.sha256,
        algorithmParams: new asn1.Null(),
      }),
      hashedMessage: new asn1.OctetString({ valueHex: owned(hash('sha256', message, 'buffer')) }),
    }),
    nonce: new asn1.Integer({ valueHex: owned(nonce) }),
    certReq: true,
  });
  return Buffer.from(request.toSchema().toBER());
}

export interface TimeStamp {
  /** When the authority says it saw the message, ms. */
  readonly at: number;
  /** Serial number at the authority, in hex. */
  readonly serial: string;
  /** The authority's policy, an object identifier. */
  readonly policy: string;
}

/** PEM text to certificates. Raises `time_stamp_invalid` when there is none or one that is none. */
function certificatesOf(pem: string): pki.Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw badTimeStamp('the configured authority has no certificate in PEM');
  return blocks.map((block) => {
    try {
      return pki.Certificate.fromBER(owned(new X509Certificate(block).raw));
    } catch {
      throw badTimeStamp('a configured certificate of the authority cannot be read');
    }
  });
}

const attributeOf = (signer: pki.SignerInfo, type: string): asn1.BaseBlock | undefined =>
  signer.signedAttrs?.attributes.find((attribute) => attribute.type === type)?.values[0] as
    | asn1.BaseBlock
    | undefined;

const childrenOf = (block: asn1.BaseBlock | undefined): asn1.BaseBlock[] =>
  block instanceof asn1.Sequence ? (block.valueBlock.value as asn1.BaseBlock[]) : [];

/** Whether the signed attributes name this certificate as the signer's, which RFC 3161 asks for. */
function namesCertificate(signer: pki.SignerInfo, certificate: Buffer): boolean {
  const v2 = attributeOf(signer, oids.signingCertificateV2);
  const v1 = attributeOf(signer, oids.signingCertificate);
  // SigningCertificate(V2) ::= SEQUENCE { certs SEQUENCE OF ESSCertID(v2), ... }; the first is the signer's.
  const parts = childrenOf(childrenOf(childrenOf(v2 ?? v1)[0])[0]);
  const algorithm = v2 === undefined ? undefined : childrenOf(parts[0])[0];
  const stated = parts.find((part) => part instanceof asn1.OctetString);
  if (!(stated instanceof asn1.OctetString)) return false;
  const name =
    v2 === undefined
      ? 'sha1'
      : algorithm instanceof asn1.ObjectIdentifier
        ? hashNames[algorithm.valueBlock.toString()]
        : 'sha256';
  if (name === undefined) return false;
  return hash(name, certificate, 'buffer').equals(Buffer.from(stated.valueBlock.valueHexView));
}

/** Whether the certificate is for time stamps and nothing else, and says so critically (RFC 3161, 2.3). */
function isForTimeStamps(certificate: pki.Certificate): boolean {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === pki.id_ExtKeyUsage);
  const purposes = (usage?.parsedValue as pki.ExtKeyUsage | undefined)?.keyPurposes ?? [];
  return usage?.critical === true && purposes.length === 1 && purposes[0] === oids.timeStamping;
}

function parseResponse(response: Uint8Array): pki.TimeStampResp {
  try {
    return pki.TimeStampResp.fromBER(owned(response));
  } catch {
    throw badTimeStamp('the answer is no time stamp response');
  }
}

function parseToken(response: pki.TimeStampResp): { signed: pki.SignedData; info: pki.TSTInfo } {
  const { status, statusStrings, failInfo } = response.status;
  // granted (0) and grantedWithMods (1) come with a token.
  if (status !== 0 && status !== 1) {
    const words = statusStrings?.map(({ valueBlock }) => valueBlock.value).join(' ') ?? '';
    const bits =
      failInfo === undefined
        ? ''
        : `, failure ${Buffer.from(failInfo.valueBlock.valueHexView).toString('hex')}`;
    throw badTimeStamp(`the authority refused with status ${status}${bits} ${words}`.trim());
  }
  try {
    if (response.timeStampToken === undefined) throw new Error('no token');
    if (response.timeStampToken.contentType !== pki.id_ContentType_SignedData) throw new Error('not signed');
    const signed = new pki.SignedData({ schema: response.timeStampToken.content });
    const content = signed.encapContentInfo.eContent;
    if (signed.encapContentInfo.eContentType !== pki.id_eContentType_TSTInfo || content === undefined) {
      throw new Error('another content');
    }
    return { signed, info: pki.TSTInfo.fromBER(content.getValue()) };
  } catch {
    throw badTimeStamp('the answer has no token of a time stamp');
  }
}

/**
 * Verifies a time stamp response: granted, for this message and nonce, signed by the certificate that it
 * names, which is for time stamps only and whose chain ends, at that time, in a configured authority.
 * Revocation is not asked about.
 *
 * Raises `time_stamp_invalid` with the reason.
 */
export async function verifyTimeStamp(given: {
  readonly response: Uint8Array;
  readonly message: Uint8Array;
  /** What was sent; a receipt that is verified later is verified without. */
  readonly nonce?: Uint8Array;
  /** PEM certificates that are trusted to end a chain. */
  readonly ca: string;
}): Promise<TimeStamp> {
  const { response, message, nonce, ca } = given;
  const trusted = certificatesOf(ca);
  const { signed, info } = parseToken(parseResponse(response));

  const imprint = info.messageImprint;
  if (imprint.hashAlgorithm.algorithmId !== oids.sha256) throw badTimeStamp('it is not for a SHA-256 hash');
  const stamped = Buffer.from(imprint.hashedMessage.valueBlock.valueHexView);
  if (!stamped.equals(hash('sha256', message, 'buffer'))) throw badTimeStamp('it is for something else');
  if (nonce !== undefined) {
    const returned = info.nonce === undefined ? undefined : Buffer.from(info.nonce.valueBlock.valueHexView);
    if (returned?.equals(nonce) !== true) throw badTimeStamp('it does not have the nonce of the request');
  }

  const [signer, ...others] = signed.signerInfos;
  if (signer === undefined || others.length > 0) throw badTimeStamp('it must have exactly one signature');
  const content = attributeOf(signer, oids.contentType);
  if (
    !(content instanceof asn1.ObjectIdentifier) ||
    content.valueBlock.toString() !== pki.id_eContentType_TSTInfo
  ) {
    throw badTimeStamp('the signature is not over a time stamp');
  }
  let certificate: pki.Certificate;
  try {
    const result = await signed.verify({
      signer: 0,
      data: owned(message),
      trustedCerts: trusted,
      checkChain: true,
      checkDate: info.genTime,
      extendedMode: true,
    });
    if (result.signatureVerified !== true || result.signerCertificateVerified !== true) {
      throw new Error(result.message);
    }
    if (result.signerCertificate === null || result.signerCertificate === undefined) {
      throw new Error('no certificate');
    }
    certificate = result.signerCertificate;
  } catch (error) {
    const said = error instanceof Error && error.message !== '' ? error.message : 'it does not verify';
    throw badTimeStamp(`the signature or its chain is not good (${said})`);
  }
  if (!isForTimeStamps(certificate)) throw badTimeStamp('its certificate is not for time stamps');
  if (!namesCertificate(signer, Buffer.from(certificate.toSchema().toBER()))) {
    throw badTimeStamp('it does not name the certificate that signed it');
  }
  return {
    at: info.genTime.getTime(),
    serial: Buffer.from(info.serialNumber.valueBlock.valueHexView).toString('hex'),
    policy: info.policy,
  };
}
