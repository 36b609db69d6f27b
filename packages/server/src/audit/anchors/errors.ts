import { CustosError } from '../../base/errors.ts';

/** An anchor did not keep what was handed over (502). */
export function anchorFailed(anchor: string, why: string): CustosError {
  return new CustosError('anchor_failed', `The anchor ${anchor} did not keep the checkpoint: ${why}.`, {
    status: 502,
  });
}

/** An anchor has another root for this size, signed by our key: the log forked (500). */
export function anchorContradicts(anchor: string, origin: string, size: number): CustosError {
  return new CustosError(
    'anchor_contradicts',
    `The anchor ${anchor} has another checkpoint of ${origin} at size ${size}, signed by our own key: the log forked.`,
    { status: 500 },
  );
}

/** A time stamp response that proves nothing, and why (502). */
export function badTimeStamp(why: string): CustosError {
  return new CustosError('time_stamp_invalid', `The time stamp proves nothing: ${why}.`, { status: 502 });
}

/** Nobody outside could be asked for the newest head (503). */
export function nobodyOutside(reasons: readonly string[]): CustosError {
  return new CustosError(
    'outside_unreachable',
    `No witness and no anchor could be asked for the newest head: ${reasons.join('; ')}`,
    { status: 503 },
  );
}
