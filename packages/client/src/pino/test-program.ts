/** A program that logs and ends by itself: `node test-program.ts URL LINES`. */
import { pino } from 'pino';

const [url = '', lines = ''] = process.argv.slice(2);
const logger = pino({
  transport: {
    target: '@custos/client/pino',
    options: { url, token: 'custos_test', service: 'program' },
  },
});
for (let line = 0; line < Number(lines); line += 1) logger.info({ line }, 'line %d ü', line);
logger.error(new Error('the end'));
