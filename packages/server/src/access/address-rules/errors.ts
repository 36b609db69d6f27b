import { CustosError } from '../../base/errors.ts';

/** The change would keep its own author out (409); it is done when it is sent again with `confirm`. */
export function lockOutRisk(address: string): CustosError {
  return new CustosError(
    'lock_out_risk',
    `After this, calls from your own address ${address} are not taken. Send it again with "confirm": true ` +
      'to do it anyway; on the host, "custos address-rules clear" takes all rules away.',
    { status: 409 },
  );
}
