import { get } from 'node:http';
import { quantile } from '../figure.ts';

/** As many requests at the same pace with nothing around them: what Node alone needs. */
const [port = '', count = '1000', interval = '30000'] = process.argv.slice(2);
const intervalMs = Number(interval);
const lags: number[] = [];
const before = process.cpuUsage();
const startedAt = performance.now();

for (let index = 0; index < Number(count); index += 1) {
  const due = startedAt + (index / Number(count)) * intervalMs;
  setTimeout(
    () => {
      // Timers have whole milliseconds and may run a fraction early.
      lags.push(Math.max(0, performance.now() - due));
      get(`http://127.0.0.1:${port}/${index}`, (reply) => reply.resume()).on('error', () => undefined);
    },
    Math.max(0, due - performance.now()),
  );
}
setTimeout(() => {
  const used = process.cpuUsage(before);
  process.send?.({
    lagP50Ms: quantile(lags, 0.5),
    lagP99Ms: quantile(lags, 0.99),
    cpuShare: (used.user + used.system) / 1e6 / ((performance.now() - startedAt) / 1000),
  });
}, intervalMs + 500);
