import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { signatureFault } from './s3-signature.ts';

/**
 * S3 at the edge of the network, as strict as its documentation: signatures and Content-MD5 are checked, an
 * object appears whole or not at all, `If-None-Match: *` holds for single and for completing requests,
 * listings are in the order of bytes. With `lock` the bucket keeps versions under Object Lock: deleting
 * leaves a marker, and a version is not deleted before its time.
 */
export interface S3Edge {
  readonly port: number;
  readonly bucket: string;
  readonly secrets: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Changes the content of an object behind everybody's back. */
  tamper(key: string, content: Uint8Array): void;
  /** Uploads in parts that were begun and neither completed nor aborted. */
  openUploads(): number;
  /** The next `count` conditional writes answer 409 ConditionalRequestConflict, as under concurrency. */
  conflictNext(count: number): void;
  /** From now on Object Lock headers are accepted and forgotten, as by a service that does not know them. */
  ignoreLocks(): void;
  /** Time by which retention is judged, milliseconds since the epoch. */
  setTime(now: number): void;
  close(): Promise<void>;
}

interface Version {
  readonly id: string;
  content: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modified: Date;
  readonly etag: string;
  readonly lock: { readonly mode: string; readonly until: string } | undefined;
  readonly isMarker: boolean;
}

interface Upload {
  readonly key: string;
  readonly metadata: Record<string, string>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const refusal = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} it is.</Message></Error>`,
});
const xml = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
});
const minPartBytes = 5 << 20;

export async function startS3Edge({ lock = false } = {}): Promise<S3Edge> {
  const bucket = 'custos-test';
  const secrets = { accessKeyId: 'AKIDEDGE', secretAccessKey: randomBytes(20).toString('hex') };
  const known = new Map([[secrets.accessKeyId, secrets.secretAccessKey]]);
  const objects = new Map<string, Version[]>();
  const uploads = new Map<string, Upload>();
  let conflicts = 0;
  let locksIgnored = false;
  let time: number | undefined;

  const current = (key: string): Version | undefined => {
    const newest = objects.get(key)?.at(-1);
    return newest === undefined || newest.isMarker ? undefined : newest;
  };
  const add = (key: string, version: Omit<Version, 'id' | 'modified'>): Version => {
    // Whole seconds, as the service has it.
    const modified = new Date(Math.floor(Date.now() / 1000) * 1000);
    const made = { ...version, id: randomBytes(8).toString('hex'), modified };
    objects.set(key, lock ? [...(objects.get(key) ?? []), made] : [made]);
    return made;
  };
  const metadataOf = (request: IncomingMessage): Record<string, string> =>
    Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => name.startsWith('x-amz-meta-'))
        .map(([name, value]) => [name, String(value)]),
    );
  const conditionFault = (request: IncomingMessage, key: string): Answer | undefined => {
    const condition = request.headers['if-none-match'];
    if (condition === undefined) return undefined;
    if (condition !== '*') return refusal(501, 'NotImplemented');
    if (conflicts > 0) {
      conflicts -= 1;
      return refusal(409, 'ConditionalRequestConflict');
    }
    return current(key) === undefined ? undefined : refusal(412, 'PreconditionFailed');
  };
  const headersOf = ({
    id,
    content,
    metadata,
    modified,
    etag,
    lock: held,
  }: Version): Record<string, string> => ({
    ...metadata,
    'content-length': String(content.length),
    'last-modified': modified.toUTCString(),
    etag,
    ...(lock ? { 'x-amz-version-id': id } : {}),
    ...(held === undefined
      ? {}
      : { 'x-amz-object-lock-mode': held.mode, 'x-amz-object-lock-retain-until-date': held.until }),
  });

  function list(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const limit = Math.min(1000, Number(query.get('max-keys') ?? 1000));
    const keys = [...objects.keys()]
      .filter((key) => current(key) !== undefined && key.startsWith(prefix) && key > after)
      .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const page = keys.slice(0, limit);
    const isTruncated = keys.length > limit;
    const contents = page.map((key) => {
      const { content, modified, etag } = current(key) as Version;
      return `<Contents><Key>${escaped(key)}</Key><Size>${content.length}</Size><LastModified>${modified.toISOString()}</LastModified><ETag>${escaped(etag)}</ETag></Contents>`;
    });
    const next = isTruncated
      ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>`
      : '';
    return xml(
      `<ListBucketResult><Name>${bucket}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    );
  }

  function listVersions(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? '';
    const limit = Number(query.get('max-keys') ?? 1000);
    const after = query.get('key-marker') ?? '';
    const rows = [...objects]
      .filter(([key]) => key.startsWith(prefix) && key > after)
      .toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
      .flatMap(([key, versions]) => versions.toReversed().map((version) => ({ key, version })));
    const page = rows.slice(0, limit);
    const entries = page.map(({ key, version }) => {
      const tag = version.isMarker ? 'DeleteMarker' : 'Version';
      return `<${tag}><Key>${escaped(key)}</Key><VersionId>${version.id}</VersionId><LastModified>${version.modified.toISOString()}</LastModified></${tag}>`;
    });
    return xml(
      `<ListVersionsResult><IsTruncated>${rows.length > limit}</IsTruncated><NextKeyMarker>${escaped(page.at(-1)?.key ?? '')}</NextKeyMarker>${entries.join('')}</ListVersionsResult>`,
    );
  }

  function onBucket(request: IncomingMessage, query: URLSearchParams): Answer {
    if (request.method !== 'GET') return refusal(501, 'NotImplemented');
    if (query.has('object-lock')) {
      return lock
        ? xml(
            '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
          )
        : refusal(404, 'ObjectLockConfigurationNotFoundError');
    }
    if (query.has('versions')) return listVersions(query);
    if (query.get('list-type') === '2') return list(query);
    return refusal(501, 'NotImplemented');
  }

  function complete(request: IncomingMessage, at: { key: string; id: string; body: Buffer }): Answer {
    const { key, id, body } = at;
    const upload = uploads.get(id);
    if (upload === undefined || upload.key !== key) return refusal(404, 'NoSuchUpload');
    const fault = conditionFault(request, key);
    if (fault !== undefined) return fault;
    const wanted = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
      etag: /<ETag>(.*?)<\/ETag>/s.exec(part)?.[1]?.replaceAll('&quot;', '"'),
    }));
    const parts = wanted.map(({ number, etag }) => {
      const part = upload.parts.get(number);
      return part?.etag === etag ? part : undefined;
    });
    if (parts.length === 0 || parts.includes(undefined)) return refusal(400, 'InvalidPart');
    if (parts.slice(0, -1).some((part) => (part?.bytes.length ?? 0) < minPartBytes)) {
      return refusal(400, 'EntityTooSmall');
    }
    uploads.delete(id);
    const content = Buffer.concat(parts.map((part) => part?.bytes ?? Buffer.alloc(0)));
    const etag = `"${md5(content).toString('hex')}-${parts.length}"`;
    add(key, { content, metadata: upload.metadata, etag, lock: undefined, isMarker: false });
    return xml(`<CompleteMultipartUploadResult><Key>${escaped(key)}</Key></CompleteMultipartUploadResult>`);
  }

  function put(request: IncomingMessage, key: string, content: Buffer): Answer {
    const fault = conditionFault(request, key);
    if (fault !== undefined) return fault;
    const mode = request.headers['x-amz-object-lock-mode'];
    const until = request.headers['x-amz-object-lock-retain-until-date'];
    if (mode !== undefined && !lock && !locksIgnored) return refusal(400, 'InvalidRequest');
    const held =
      typeof mode === 'string' && typeof until === 'string' && !locksIgnored ? { mode, until } : undefined;
    const etag = `"${md5(content).toString('hex')}"`;
    const made = add(key, { content, metadata: metadataOf(request), etag, lock: held, isMarker: false });
    return { status: 200, headers: { etag, ...(lock ? { 'x-amz-version-id': made.id } : {}) } };
  }

  function remove(key: string, versionId: string | null): Answer {
    if (versionId !== null) {
      const found = objects.get(key)?.find(({ id }) => id === versionId);
      if (found?.lock !== undefined && Date.parse(found.lock.until) > (time ?? Date.now())) {
        return refusal(403, 'AccessDenied');
      }
      objects.set(key, objects.get(key)?.filter(({ id }) => id !== versionId) ?? []);
      return { status: 204 };
    }
    if (lock) add(key, { content: Buffer.alloc(0), metadata: {}, etag: '', lock: undefined, isMarker: true });
    else objects.delete(key);
    return { status: 204 };
  }

  function onObject(
    request: IncomingMessage,
    at: { key: string; query: URLSearchParams; body: Buffer },
  ): Answer {
    const { key, query, body } = at;
    const uploadId = query.get('uploadId');
    const upload = uploadId === null ? undefined : uploads.get(uploadId);
    switch (String(request.method)) {
      case 'PUT': {
        if (uploadId === null) return put(request, key, body);
        if (upload === undefined) return refusal(404, 'NoSuchUpload');
        const etag = `"${md5(body).toString('hex')}"`;
        upload.parts.set(Number(query.get('partNumber')), { bytes: body, etag });
        return { status: 200, headers: { etag } };
      }
      case 'POST': {
        if (uploadId !== null) return complete(request, { key, id: uploadId, body });
        if (!query.has('uploads')) return refusal(501, 'NotImplemented');
        const id = randomBytes(8).toString('hex');
        uploads.set(id, { key, metadata: metadataOf(request), parts: new Map() });
        return xml(
          `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        );
      }
      case 'DELETE':
        if (uploadId === null) return remove(key, query.get('versionId'));
        return uploads.delete(uploadId) ? { status: 204 } : refusal(404, 'NoSuchUpload');
      case 'HEAD':
      case 'GET': {
        const id = query.get('versionId');
        const found = id === null ? current(key) : objects.get(key)?.find((version) => version.id === id);
        if (found === undefined || found.isMarker) return refusal(404, 'NoSuchKey');
        return { status: 200, headers: headersOf(found), body: found.content };
      }
      default:
        return refusal(405, 'MethodNotAllowed');
    }
  }

  function answerTo(request: IncomingMessage, body: Buffer): Answer {
    const fault = signatureFault(request, body, known);
    if (fault !== undefined) return refusal(403, fault);
    const stated = request.headers['content-md5'];
    if (stated !== undefined && stated !== md5(body).toString('base64')) return refusal(400, 'BadDigest');
    const url = new URL(request.url ?? '/', 'http://edge');
    const [, name, ...rest] = url.pathname.split('/');
    if (name !== bucket) return refusal(404, 'NoSuchBucket');
    const key = decodeURIComponent(rest.join('/'));
    if (key === '') return onBucket(request, url.searchParams);
    return onObject(request, { key, query: url.searchParams, body });
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (!request.complete) return;
    const { status, headers = {}, body = '' } = answerTo(request, Buffer.concat(chunks));
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const server = createServer((request, response) => {
    // A request that broke off changes nothing.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as { port: number }).port,
    bucket,
    secrets,
    tamper(key, content) {
      const version = current(key);
      if (version === undefined) throw new Error(`there is no object ${key}`);
      version.content = Buffer.from(content);
    },
    openUploads: () => uploads.size,
    conflictNext: (count) => void (conflicts = count),
    ignoreLocks: () => void (locksIgnored = true),
    setTime: (now) => void (time = now),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
