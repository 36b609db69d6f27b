import { join } from 'node:path';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { openState } from '../../../storage/state/open.ts';
import { createCatalogue } from '../../events/catalogue.ts';
import { exportFormats } from '../../events/export-formats.ts';
import type { ExportFormat } from '../../events/export/format.ts';
import { egressTo, fill, openTestLedger } from '../egress-fixture.ts';
import { createWebhookDestination } from '../webhook.ts';

/**
 * A process to be killed: appends events, ten at a time, and sends them to a webhook. Says on standard
 * output how many the log has acknowledged. Arguments: directory, address, `write` or `drain`.
 */
const [directory = '', url = '', mode] = process.argv.slice(2);
const state = await openState({
  url: `sqlite:${join(directory, 'state.sqlite')}`,
  clock: systemClock,
  log: silentLogger,
});
const ledger = await openTestLedger(join(directory, 'ledger'), systemClock);
const destination = createWebhookDestination({
  url,
  format: exportFormats(createCatalogue()).get('ndjson') as ExportFormat,
  secrets: ['a secret of sixteen'],
  maxEvents: 25,
  pauseMs: 1,
  clock: systemClock,
  async call({ signal, headers, body, method }) {
    const answer = await fetch(url, { method, headers, body, signal });
    await answer.arrayBuffer();
    return { status: answer.status, headers: {} };
  },
});
const egress = egressTo({ state, ledger }, { name: 'siem', logs: ['general'], destination });
egress.start();
const size = (): number => ledger.reader('general').head().size;
process.stdout.write(`${size()}\n`);
while (mode === 'write') {
  await fill(ledger, 'general', { from: size(), to: size() + 10 });
  process.stdout.write(`${size()}\n`);
  await systemClock.sleep(2);
}
while ((await egress.status())[0]?.logs[0]?.behind !== 0) await systemClock.sleep(10);
await egress.stop();
await ledger.close();
await state.close();
