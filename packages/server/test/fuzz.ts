import { Agent, request } from 'node:http';
import fc, { type Arbitrary } from 'fast-check';
import { fuzzOf, fuzzParameter, hostile, knownId, type Schema } from './fuzz-values.ts';

/** One call of the API, as its document describes it. */
interface Call {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly body: Schema | null;
}

/** One request as it is sent. `@known3@` in it stands for an id that is there by then. */
interface Sent {
  readonly call: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

interface FuzzTarget {
  readonly port: number;
  /** Headers of the callers that take turns, such as a token's and nobody's. */
  readonly callers: readonly Readonly<Record<string, string>>[];
  /** Calls that would end the callers themselves; named `METHOD /path`. */
  readonly leaveOut: readonly string[];
  /** Ids that must outlive the run. */
  readonly keep: readonly string[];
  readonly seed: number;
  /** Stops after so long, whatever is left; the first round is always whole. */
  readonly mostMs: number;
  /** Requests to each call. */
  readonly rounds: number;
}

export interface FuzzReport {
  /** What should never be, with the request that led to it. */
  readonly findings: readonly string[];
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Calls that were never answered with success. */
  readonly neverDone: readonly string[];
}

const hangMs = 20_000;
const together = 8;
/** A frame of a JavaScript stack, a path of this program or of its libraries. */
const stackTrace = /\n\s+at \S|\bat \S+ \(|node_modules|node:internal|\.ts:\d+|\/packages\/server\//;

async function callsOf(port: number): Promise<Call[]> {
  const document = (await (await fetch(`http://127.0.0.1:${port}/api/openapi.json`)).json()) as {
    paths: Record<
      string,
      Record<
        string,
        {
          parameters?: { name: string; in: string; schema: Schema }[];
          requestBody?: { content: Record<string, { schema: Schema }> };
        }
      >
    >;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json']?.schema ?? null,
    })),
  );
}

/** Bodies that are no JSON, or too much of it. */
const brokenBodies = [
  '{',
  '',
  '[1,',
  'null',
  '"text"',
  '{"a":1,"a":2}',
  '{"__proto__":{"admin":true}}',
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  `{"name":"${'x'.repeat(1_100_000)}"}`,
  '\u0000',
];
const contentTypes = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'x',
];
const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  { 'x-forwarded-for': "127.0.0.1, ' or 1=1", 'x-forwarded-proto': 'gopher' },
  { 'x-request-id': '../../x"\t<script>' },
  { 'last-event-id': '99999999999999999999' },
  { 'idempotency-key': 'x'.repeat(300) },
  { range: 'bytes=-1,99999999999-', 'if-none-match': '"x", *' },
  { 'accept-encoding': 'br;q=9, zstd, ;;;' },
  { accept: 'x/y;q=a' },
  { authorization: 'Basic Og==' },
  { authorization: 'Bearer a.b.c' },
  { authorization: 'Digest x' },
  { cookie: '__Host-custos=;;=;%00; a="' },
  { traceparent: '00-zz-zz-zz' },
];

const encoded = fc.constantFrom('%', '%zz', '%00', '%2e%2e%2f', '%ff%fe', '%F0%9D');

function pathOf({ path, parameters }: Call): Arbitrary<string> {
  const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  const values = named.map((name) => {
    const { schema = { type: 'string' } } = parameters.find((each) => each.name === name) ?? {};
    return fc.oneof(
      { weight: 10, arbitrary: fc.nat(99).map(knownId) },
      { weight: 3, arbitrary: fuzzParameter(schema).map((text) => encodeURIComponent(text.toWellFormed())) },
      { weight: 1, arbitrary: encoded },
    );
  });
  // Most callers name few of what could be asked for.
  const query = fc.record(
    Object.fromEntries(
      parameters
        .filter((each) => each.in === 'query')
        .map(({ name, schema }) => [name, fc.option(fuzzParameter(schema), { freq: 1, nil: null })]),
    ),
    { requiredKeys: [] },
  );
  const doubled = fc.oneof(
    { weight: 19, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constant(2) },
  );
  return fc.tuple(fc.tuple(...values), query, doubled).map(([inPath, asked, times]) => {
    let next = 0;
    const place = path.replaceAll(/\{[^}]+\}/g, () => inPath[next++] ?? '');
    const pairs = Object.entries(asked).flatMap(([name, value]) =>
      value === null || value === undefined
        ? []
        : Array.from({ length: times }, () => `${name}=${encodeURIComponent(value.toWellFormed())}`),
    );
    return pairs.length === 0 ? place : `${place}?${pairs.join('&')}`;
  });
}

function bodyOf({ method, body }: Call): Arbitrary<string | null> {
  if (body === null) return method === 'GET' ? fc.constant(null) : fc.constantFrom(null, null, '{}', '{');
  const sent = fuzzOf(body).map((value) => JSON.stringify(value) ?? 'null');
  return fc.oneof(
    { weight: 12, arbitrary: sent },
    { weight: 1, arbitrary: fc.constantFrom(...brokenBodies) },
    { weight: 1, arbitrary: fc.constantFrom(...hostile).map((value) => JSON.stringify(value)) },
  );
}

function sentOf(call: Call, callers: FuzzTarget['callers']): Arbitrary<Sent> {
  return fc
    .record({
      path: pathOf(call),
      body: bodyOf(call),
      caller: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...callers) },
        { weight: 1, arbitrary: fc.constant({}) },
      ),
      odd: fc.oneof(
        { weight: 9, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constantFrom(...oddHeaders) },
      ),
      type: fc.oneof(
        { weight: 19, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: fc.constantFrom(...contentTypes) },
      ),
      method: fc.oneof(
        { weight: 29, arbitrary: fc.constant(call.method) },
        { weight: 1, arbitrary: fc.constantFrom('OPTIONS', 'PUT', 'PATCH', 'PROPFIND') },
      ),
    })
    .map(({ path, body, caller, odd, type, method }) => ({
      call: call.name,
      method,
      path,
      body,
      headers: { ...(body === null ? {} : { 'content-type': type }), ...caller, ...odd },
    }));
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends it as it is, without the corrections that a browser's client would make. */
function send(port: number, agent: Agent, { method, path, headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const whole = { ...headers, ...length };
    const asked = request({ host: '127.0.0.1', port, agent, method, path, headers: whole }, (reply) => {
      const type = reply.headers['content-type'] ?? '';
      const end = (text: string): void => {
        clearTimeout(overdue);
        resolve({ status: reply.statusCode ?? 0, type, text });
      };
      // A live stream never ends by itself.
      if (type.startsWith('text/event-stream')) {
        reply.destroy();
        end('');
        return;
      }
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => {
        if (text.length < 200_000) text += chunk;
      });
      reply.once('end', () => end(text));
      reply.once('error', reject);
    });
    const overdue = setTimeout(() => asked.destroy(new Error(`no answer within ${hangMs} ms`)), hangMs);
    asked.once('error', (error) => {
      clearTimeout(overdue);
      reject(error);
    });
    asked.end(body ?? undefined);
  });
}

/** Ids by the collection that showed them. */
function createPool(keep: readonly string[]) {
  const kept = new Set(keep);
  const byCollection = new Map<string, string[]>();
  const all: string[] = [];
  const collectionOf = (path: string): string => path.split(/[?{]/, 1).join('').replace(/\/$/, '');
  return {
    take(path: string, text: string): void {
      const own = byCollection.get(collectionOf(path)) ?? [];
      byCollection.set(collectionOf(path), own);
      for (const [, id = ''] of text.matchAll(/"id":"([a-z]+_[0-9a-z]{26})"/g)) {
        if (kept.has(id) || own.includes(id) || own.length > 500) continue;
        own.push(id);
        all.push(id);
      }
    },
    /** Puts ids in place of their stand-ins: in the path of that collection, in a body of any. */
    fill(call: Call, sent: Sent): Sent {
      const own = byCollection.get(collectionOf(call.path)) ?? [];
      const from = (ids: readonly string[]) => (_found: string, number: string) =>
        ids[ids.length - 1 - (Number(number) % Math.max(1, ids.length))] ?? 'nothing';
      return {
        ...sent,
        path: sent.path.replaceAll(/@known(\d+)@|%40known(\d+)%40/g, (found, plain: string, coded: string) =>
          from(own.length > 0 ? own : all)(found, plain ?? coded),
        ),
        body: sent.body?.replaceAll(/@known(\d+)@/g, from(all)) ?? null,
      };
    },
  };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const holds = (value: unknown, kinds: Readonly<Record<string, string>>): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(kinds).every(([name, kind]) => typeof (value as Record<string, unknown>)[name] === kind);
const isPlain = ({ type, text }: Answer): boolean => type.startsWith('text/plain') && text.trim() !== '';

/**
 * Doors that others have defined, and the form in which their senders want errors: Prometheus's remote write and
 * Loki plain text, OTLP a `google.rpc.Status` (in JSON, as no body here is protobuf), Prometheus's API its envelope.
 */
const ownErrors: readonly (readonly [prefix: string, isError: (answer: Answer) => boolean])[] = [
  ['/api/v1/write', isPlain],
  ['/loki/', isPlain],
  [
    '/v1/',
    ({ type, text }) =>
      type.startsWith('application/json') && holds(parsed(text), { code: 'number', message: 'string' }),
  ],
  [
    '/prometheus/',
    ({ type, text }) =>
      type.startsWith('application/json') &&
      holds(parsed(text), { status: 'string', errorType: 'string', error: 'string' }),
  ],
];

function faultOf(path: string, answer: Answer): string | undefined {
  const { status, type, text } = answer;
  if (status === 500) return 'answered 500';
  const isProblem = type.startsWith('application/problem+json');
  const isOwn = ownErrors.some(([prefix, isError]) => path.startsWith(prefix) && isError(answer));
  // Whatever is away says so by 503 or 502; anything else beyond is a defect.
  if (status > 500 && !([502, 503].includes(status) && (isProblem || isOwn))) return `answered ${status}`;
  if (status >= 400 && !isProblem && !isOwn) return `${status} without a problem document`;
  if (stackTrace.test(status >= 400 || type.includes('json') ? text : '')) {
    return 'shows a stack trace';
  }
  return undefined;
}

/** Sends requests that follow from the seed alone to every call of a running server, and watches it. */
export async function fuzz(target: FuzzTarget): Promise<FuzzReport> {
  const { port, callers, leaveOut, seed, rounds, mostMs } = target;
  const calls = (await callsOf(port)).filter(({ name }) => !leaveOut.includes(name));
  const plans = calls.map((call, index) => ({
    call,
    sent: fc.sample(sentOf(call, callers), { seed: seed + index, numRuns: rounds }),
  }));
  const pool = createPool(target.keep);
  const agent = new Agent({ keepAlive: true, maxSockets: together });
  const findings: string[] = [];
  const statuses: Record<number, number> = {};
  const done = new Set<string>();
  const until = Date.now() + mostMs;
  let requests = 0;

  async function one(call: Call, planned: Sent): Promise<void> {
    const sent = pool.fill(call, planned);
    requests += 1;
    let fault: string | undefined;
    try {
      const answer = await send(port, agent, sent);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status < 300) {
        done.add(call.name);
        pool.take(call.path, answer.text);
      }
      fault = faultOf(call.path, answer);
      if (fault !== undefined) fault += `: ${answer.text.slice(0, 400)}`;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      // A body that is refused by its length may cut the connection while it is still being sent.
      const isCut = (code === 'ECONNRESET' || code === 'EPIPE') && (sent.body?.length ?? 0) > 1_000_000;
      if (!isCut) fault = message;
    }
    if (fault !== undefined && findings.length < 50) {
      const shown = JSON.stringify({ ...sent, body: sent.body?.slice(0, 600) });
      findings.push(`${call.name}: ${fault}\n  ${shown}`);
    }
  }

  for (let round = 0; round < rounds; round += 1) {
    // Several at a time, so that requests also meet each other; still the same ones in every run.
    for (let index = 0; index < plans.length; index += together) {
      if (round > 0 && Date.now() > until) break;
      await Promise.all(
        plans
          .slice(index, index + together)
          .flatMap(({ call, sent }) => sent.slice(round, round + 1).map((planned) => one(call, planned))),
      );
    }
  }
  agent.destroy();
  return {
    findings,
    requests,
    statuses,
    neverDone: calls.map(({ name }) => name).filter((name) => !done.has(name)),
  };
}
