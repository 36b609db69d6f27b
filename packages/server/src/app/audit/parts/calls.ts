import type { AnchorCall } from '../../../audit/anchors/types.ts';
import type { WitnessCall } from '../../../audit/log/witness/client.ts';
import type { Outbound } from '../../../outbound/types.ts';

/** For one request to a witness; several fit into the time that one checkpoint may take. */
const witnessTimeoutMs = 5000;
/** Signature lines, or the note of a checkpoint with many. */
const witnessAnswerBytes = 64 * 1024;
/** Time stamping authorities take their time. */
const anchorTimeoutMs = 30_000;

/** Requests to witnesses, through the outbound door. */
export function witnessCall(outbound: Pick<Outbound, 'request'>): WitnessCall {
  return async ({ url, body }) => {
    const answer = await outbound.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
      timeoutMs: witnessTimeoutMs,
      maxResponseBytes: witnessAnswerBytes,
      onTooLarge: 'error',
      purpose: 'audit witness',
    });
    return {
      status: answer.status,
      contentType: answer.headers['content-type'] ?? '',
      body: answer.body.toString('utf8'),
    };
  };
}

/** Requests to anchors, through the outbound door. */
export function anchorCall(outbound: Pick<Outbound, 'request'>): AnchorCall {
  return async ({ url, method, headers, body, purpose, maxResponseBytes, signal }) => {
    const answer = await outbound.request({
      url,
      method,
      headers,
      body,
      timeoutMs: anchorTimeoutMs,
      maxResponseBytes,
      onTooLarge: 'error',
      purpose,
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: answer.status, contentType: answer.headers['content-type'] ?? '', body: answer.body };
  };
}
