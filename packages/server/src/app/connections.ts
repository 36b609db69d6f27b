import { createClient } from '@clickhouse/client';
import { systemClock } from '../base/clock.ts';
import { CustosError, messageOf } from '../base/errors.ts';
import { silentLogger } from '../base/logger.ts';
import { findingOf } from './definition-findings.ts';
import type { Finding } from './findings.ts';
import type { Options } from './options.ts';
import { openStores } from './stores.ts';

/** Tries the stores that the options name; one finding for each that does not answer. */
export async function testConnections(options: Options): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const { state } = await openStores(options, { clock: systemClock, log: silentLogger });
    await state.close();
  } catch (error) {
    const fields = error instanceof CustosError ? error.fields : [];
    findings.push({ path: 'state', value: '', message: messageOf(error) }, ...fields.map(findingOf));
  }
  if (options.columnsUrl !== null) {
    const client = createClient({ url: options.columnsUrl, request_timeout: 5000 });
    const answer = await client.ping();
    if (!answer.success) findings.push({ path: 'columns.url', value: '', message: messageOf(answer.error) });
    await client.close();
  }
  return findings;
}
