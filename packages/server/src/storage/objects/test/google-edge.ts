import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * Google Cloud Storage's JSON API at the edge of the network, the part that Custos uses, strictly:
 * `ifGenerationMatch=0` is required of every upload and obeyed, at the end of a resumable one as well; the
 * stated MD5 is checked; an object appears whole or not at all; listings are in the order of bytes.
 */
export interface GoogleEdge {
  readonly port: number;
  readonly bucket: string;
  tamper(name: string, content: Uint8Array): void;
  close(): Promise<void>;
}

interface Stored {
  content: Buffer;
  readonly generation: string;
  readonly created: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

interface Session {
  readonly name: string;
  readonly resource: Record<string, unknown>;
  received: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const refusal = (code: number, message: string): Answer => ({
  status: code,
  body: { error: { code, message, errors: [{ message, reason: 'edge' }] } },
});

/** The two parts of a multipart/related upload: the resource and the content. */
function relatedParts(request: IncomingMessage, body: Buffer): [Record<string, unknown>, Buffer] | undefined {
  const boundary = /boundary="?([^";]+)"?/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`--${boundary}`);
  const starts: number[] = [];
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) starts.push(at);
  const [first, second, end] = starts;
  if (first === undefined || second === undefined || end === undefined) return undefined;
  const contentOf = (from: number, to: number): Buffer => {
    const part = body.subarray(from + mark.length, to);
    return part.subarray(part.indexOf('\r\n\r\n') + 4, part.length - 2);
  };
  return [JSON.parse(contentOf(first, second).toString()) as Record<string, unknown>, contentOf(second, end)];
}

export async function startGoogleEdge(): Promise<GoogleEdge> {
  const bucket = 'custos-test';
  const objects = new Map<string, Stored>();
  const sessions = new Map<string, Session>();
  let generation = 1000;
  let base = '';

  const resourceOf = (name: string, { content, generation: at, created, resource }: Stored) => ({
    kind: 'storage#object',
    ...resource,
    name,
    bucket,
    generation: at,
    size: String(content.length),
    timeCreated: created,
    md5Hash: createHash('md5').update(content).digest('base64'),
  });
  const keep = (name: string, resource: Record<string, unknown>, content: Buffer): Answer => {
    if (objects.has(name))
      return refusal(412, 'At least one of the pre-conditions you specified did not hold.');
    const md5 = createHash('md5').update(content).digest('base64');
    if (typeof resource['md5Hash'] !== 'string' || resource['md5Hash'] !== md5) {
      return refusal(400, 'Provided MD5 hash does not match');
    }
    generation += 1;
    const stored = {
      content,
      generation: String(generation),
      created: new Date().toISOString(),
      resource,
    };
    objects.set(name, stored);
    return { status: 200, body: resourceOf(name, stored) };
  };

  function upload(request: IncomingMessage, url: URL, body: Buffer): Answer {
    const query = url.searchParams;
    const id = query.get('upload_id');
    if (id !== null) return resume(request, id, body);
    if (query.get('ifGenerationMatch') !== '0') return refusal(400, 'the edge wants ifGenerationMatch=0');
    const name = query.get('name');
    if (query.get('uploadType') === 'multipart') {
      const parts = relatedParts(request, body);
      const given = name ?? (parts?.[0]['name'] as string | undefined);
      if (parts === undefined || given === undefined) return refusal(400, 'Bad multipart body');
      return keep(given, parts[0], parts[1]);
    }
    if (query.get('uploadType') !== 'resumable' || name === null) return refusal(400, 'Bad upload');
    const resource = JSON.parse(body.toString() === '' ? '{}' : body.toString()) as Record<string, unknown>;
    const session = randomBytes(8).toString('hex');
    sessions.set(session, { name, resource, received: Buffer.alloc(0) });
    return {
      status: 200,
      headers: {
        location: `http://${request.headers.host}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${session}`,
      },
    };
  }

  function resume(request: IncomingMessage, id: string, body: Buffer): Answer {
    const session = sessions.get(id);
    if (session === undefined) return refusal(410, 'The upload is gone');
    const range = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(
      String(request.headers['content-range'] ?? ''),
    );
    if (range === null) return refusal(400, 'No content range');
    const [, from, , total] = range;
    if (from !== undefined) {
      if (Number(from) !== session.received.length) return refusal(503, 'Another offset is expected');
      session.received = Buffer.concat([session.received, body]);
    }
    if (total !== '*' && session.received.length === Number(total)) {
      sessions.delete(id);
      return keep(session.name, session.resource, session.received);
    }
    const upTo = session.received.length - 1;
    return { status: 308, headers: upTo < 0 ? {} : { range: `bytes=0-${upTo}` } };
  }

  function onObject(request: IncomingMessage, url: URL, name: string): Answer {
    const stored = objects.get(name);
    const wanted = url.searchParams.get('generation');
    if (stored === undefined || (wanted !== null && wanted !== stored.generation)) {
      return refusal(404, `No such object: ${bucket}/${name}`);
    }
    if (request.method === 'DELETE') {
      objects.delete(name);
      return { status: 204 };
    }
    if (request.method !== 'GET') return refusal(405, 'Method not allowed');
    if (url.searchParams.get('alt') !== 'media') return { status: 200, body: resourceOf(name, stored) };
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: stored.content,
    };
  }

  function list(url: URL): Answer {
    const prefix = url.searchParams.get('prefix') ?? '';
    const after = Buffer.from(url.searchParams.get('pageToken') ?? '', 'base64url').toString();
    const limit = Number(url.searchParams.get('maxResults') ?? 1000);
    const names = [...objects.keys()]
      .filter((name) => name.startsWith(prefix) && name > after)
      .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const page = names.slice(0, limit);
    return {
      status: 200,
      body: {
        kind: 'storage#objects',
        items: page.map((name) => resourceOf(name, objects.get(name) as Stored)),
        ...(names.length > limit
          ? { nextPageToken: Buffer.from(page.at(-1) ?? '').toString('base64url') }
          : {}),
      },
    };
  }

  function answerTo(request: IncomingMessage, body: Buffer): Answer {
    const url = new URL(request.url ?? '/', base);
    const parts = url.pathname.split('/').filter((part) => part !== '');
    const isUpload = parts[0] === 'upload';
    const [, , , , named, o, object] = isUpload ? parts : ['', ...parts];
    if (named !== bucket || o !== 'o') return refusal(404, 'The specified bucket does not exist.');
    if (isUpload) return upload(request, url, body);
    return object === undefined ? list(url) : onObject(request, url, decodeURIComponent(object));
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (!request.complete) return;
    const { status, headers = {}, body } = answerTo(request, Buffer.concat(chunks));
    const isBytes = Buffer.isBuffer(body);
    const content = isBytes ? body : body === undefined ? '' : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(content),
      ...headers,
    });
    response.end(content);
  };
  const server = createServer((request, response) => {
    // A request that broke off changes nothing.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  base = `http://127.0.0.1:${port}`;

  return {
    port,
    bucket,
    tamper(name, content) {
      const stored = objects.get(name);
      if (stored === undefined) throw new Error(`there is no object ${name}`);
      stored.content = Buffer.from(content);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
