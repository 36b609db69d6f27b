/** Doors that refuse in the words of their protocol, which has no codes of ours: by their status. */
const inOwnWords: ReadonlySet<string> = new Set([
  'POST /api/v1/write',
  'POST /loki/api/v1/push',
  'POST /v1/logs',
  'POST /v1/metrics',
  'POST /v1/traces',
]);
const byStatus: Readonly<Record<number, string>> = { 401: 'unauthenticated', 403: 'forbidden' };

/** The code of a refusal, empty when the answer is none. `call` is method and path, such as `GET /api/v1/me`. */
export async function refusalCode(call: string, reply: Response): Promise<string> {
  const isProblem = reply.headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (isProblem) return ((await reply.json()) as { code?: string }).code ?? '';
  return inOwnWords.has(call) ? (byStatus[reply.status] ?? '') : '';
}
