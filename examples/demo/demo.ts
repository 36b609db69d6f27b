import { help, readOptions, type DemoOptions } from './options.ts';
import { runOutage } from './outage.ts';
import { startWorld, type World } from './world.ts';

const say = (line: string): void => console.log(line);

function welcome({ custosUrl, shopUrl, deskUrl, account }: World): string {
  return `
  Dashboard   ${custosUrl}
              ${account.email}   ${account.password}
              (this account is for the demo alone, and made for this data directory)

  The shop    ${shopUrl}
  Break it    ${deskUrl}        switches, and what the person on call gets

              curl -X POST ${deskUrl}/break/errors     every page answers 500
              curl -X POST ${deskUrl}/break/slow       every page takes about a second
              curl -X POST ${deskUrl}/break/dead       the process is killed
              curl -X POST ${deskUrl}/break/disk       its disk fills up
              curl -X POST ${deskUrl}/heal             all is well again

  Ctrl-C ends everything.
`;
}

async function run(options: DemoOptions): Promise<void> {
  const ended = new AbortController();
  const onSignal = (): void => {
    if (ended.signal.aborted) process.exit(130);
    say('Stopping (again to end at once)...');
    ended.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  const world = await startWorld(options, say);
  try {
    say(welcome(world));
    if (options.break && !ended.signal.aborted) {
      await runOutage({ world, say, signal: ended.signal }).catch((error: unknown) => {
        if (!ended.signal.aborted) say(`The outage could not be shown to its end: ${String(error)}`);
      });
    }
    if (!ended.signal.aborted) {
      await new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));
    }
  } finally {
    await world.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) say(help);
  else await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
