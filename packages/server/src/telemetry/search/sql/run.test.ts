import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../../test/columns.ts';
import { keepRecords, logRecord } from '../../../../test/log-records.ts';
import { systemClock } from '../../../base/clock.ts';
import { createSqlMode } from './run.ts';

const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
const run = createSqlMode(columns, systemClock);

beforeAll(async () => {
  await columns.start();
  await columns.ready();
  await keepRecords(
    columns,
    Array.from({ length: 1500 }, (_, index) =>
      logRecord({
        timeMs: Date.now() - index,
        severity: index % 3 === 0 ? 'error' : 'info',
        service: index % 2 === 0 ? 'api' : 'web',
        message: `line ${index}`,
        attributes: { number: String(index) },
      }),
    ),
  );
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

test('a statement is answered with the names and types of its columns', async () => {
  const answer = await run(
    `SELECT service, count() AS lines, max(toUInt64OrZero(attributes['number'])) AS top, quantile(0.5)(length(message)) > 3 AS long
     FROM log_record WHERE severity >= 'error' AND message LIKE 'line%' GROUP BY service HAVING lines > 1 ORDER BY service;`,
  );
  expect(answer.columns.map(({ name }) => name)).toEqual(['service', 'lines', 'top', 'long']);
  expect(answer.rows).toEqual([
    ['api', 250, 1494, 1],
    ['web', 250, 1497, 1],
  ]);
  expect(answer.truncated).toBe(false);
});

test.each([
  `WITH busy AS (SELECT service, count() AS n FROM log_record GROUP BY service) SELECT * FROM busy ORDER BY n`,
  `SELECT l.service, s.name FROM log_record AS l LEFT JOIN span AS s USING (trace_id) LIMIT 1`,
  `SELECT toStartOfMinute(time) AS t, countIf(severity = 'error') FROM log_record GROUP BY t ORDER BY t WITH FILL STEP 60 LIMIT 5`,
  `SELECT 1 UNION ALL SELECT 2`,
  `SELECT * FROM (SELECT message FROM log_record ORDER BY time DESC LIMIT 3)`,
  `SELECT arrayMap(x -> upper(x), mapKeys(attributes)) FROM log_record WHERE service IN ('api', 'web') AND service IN (SELECT service FROM log_record) LIMIT 1`,
  `SELECT row_number() OVER (PARTITION BY service ORDER BY time) AS n, CASE WHEN service = 'api' THEN 1 ELSE 2 END, time - INTERVAL 5 MINUTE FROM log_record LIMIT 2`,
  `SELECT service, message FROM log_record WHERE message = 'it''s \\' ; DROP TABLE log_record; --' ORDER BY time DESC LIMIT 2 BY service`,
  `SELECT service, uniqExact(host) FROM log_record GROUP BY ALL`,
  `SELECT DISTINCT ON (service) service, message FROM log_record`,
  `SELECT k FROM log_record ARRAY JOIN mapKeys(attributes) AS k LIMIT 1`,
])('%s is taken', async (sql) => {
  await expect(run(sql)).resolves.toHaveProperty('rows');
});

test('more rows than are shown are cut, and it says so', async () => {
  const answer = await run('SELECT message FROM log_record ORDER BY time DESC');
  expect(answer.rows.length).toBe(1000);
  expect(answer.truncated).toBe(true);
  expect(answer.rows[0]).toEqual(['line 0']);
});

test('64-bit numbers are not rounded', async () => {
  const answer = await run('SELECT toUInt64(9007199254740993) AS big, toInt64(-5) AS small');
  expect(answer.rows).toEqual([['9007199254740993', -5]]);
});

const secret = `${directory.path}/engine/engine.xml`;
const target = `${directory.path}/out.csv`;
/** Statements that would read, write or use what nobody may reach from here. */
const attacks = [
  'SELECT * FROM audit_event',
  'SELECT * FROM custos.audit_event',
  'SELECT * FROM probe_result',
  'SELECT * FROM schema_step',
  'SELECT * FROM system.tables',
  'SELECT * FROM `system`.`settings`',
  'SELECT * FROM "system"."users"',
  'SELECT * FROM information_schema.tables',
  'SELECT * FROM default.log_record',
  `SELECT * FROM file('${secret}', 'LineAsString')`,
  `SELECT file('${secret}')`,
  `SELECT * FROM FILE('${secret}', 'RawBLOB')`,
  `SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')`,
  `SELECT * FROM s3('http://127.0.0.1:1/b/k', 'CSV')`,
  `SELECT * FROM remote('127.0.0.1', system.users)`,
  `SELECT * FROM remoteSecure('127.0.0.1', 'system', 'one')`,
  `SELECT * FROM cluster('default', system.users)`,
  `SELECT * FROM merge('.*')`,
  `SELECT * FROM merge(currentDatabase(), '.*')`,
  `SELECT * FROM executable('id', 'LineAsString', 'a String')`,
  `SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')`,
  `SELECT * FROM sqlite('x.db', 't')`,
  `SELECT * FROM input('a String')`,
  `SELECT * FROM dictionary('d')`,
  `SELECT * FROM numbers(100000000000)`,
  `SELECT * FROM view(SELECT * FROM audit_event)`,
  `SELECT * FROM viewExplain('EXPLAIN', '', (SELECT 1))`,
  `SELECT * FROM python('x')`,
  `SELECT * FROM (SELECT * FROM audit_event)`,
  `SELECT (SELECT count() FROM audit_event)`,
  `SELECT 1 WHERE 'a' IN (SELECT leaf FROM audit_event)`,
  `SELECT 1 WHERE 'a' IN audit_event`,
  `SELECT 1 WHERE 'a' NOT IN system.users`,
  `SELECT in('a', audit_event)`,
  `SELECT globalIn('a', system.users)`,
  `SELECT * FROM log_record JOIN audit_event USING (trace_id)`,
  `SELECT * FROM log_record, audit_event`,
  `SELECT 1 UNION ALL SELECT count() FROM audit_event`,
  `SELECT 1 EXCEPT SELECT count() FROM audit_event`,
  `WITH (SELECT count() FROM audit_event) AS n SELECT n`,
  `WITH x AS (SELECT * FROM audit_event) SELECT * FROM x`,
  `WITH audit_event AS (SELECT 1) SELECT * FROM audit_event`,
  `SELECT * FROM (WITH audit_event AS (SELECT 1) SELECT * FROM audit_event), audit_event`,
  `WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t`,
  `SELECT * FROM log_record WHERE EXISTS (SELECT 1 FROM audit_event)`,
  `EXPLAIN SELECT * FROM audit_event`,
  `DESCRIBE TABLE audit_event`,
  `SHOW TABLES`,
  `SHOW CREATE TABLE audit_event`,
  `EXISTS TABLE audit_event`,
  `CHECK TABLE log_record`,
  `INSERT INTO log_record (message) VALUES ('x')`,
  `INSERT INTO FUNCTION file('${target}', 'CSV') SELECT 1`,
  `CREATE TABLE evil (a Int8) ENGINE = Memory`,
  `DROP TABLE log_record`,
  `ALTER TABLE log_record DELETE WHERE 1`,
  `TRUNCATE TABLE log_record`,
  `DELETE FROM log_record WHERE 1`,
  `OPTIMIZE TABLE log_record`,
  `SYSTEM SHUTDOWN`,
  `KILL QUERY WHERE 1`,
  `SET max_memory_usage = 0`,
  `USE system`,
  `ATTACH TABLE x FROM '/tmp/x' (a Int8) ENGINE = File(CSV)`,
  `BACKUP TABLE log_record TO File('${target}')`,
  `SELECT 1 INTO OUTFILE '${target}'`,
  `SELECT 1 INTO OUTFILE '${target}' FORMAT CSV`,
  `SELECT 1 FORMAT CSV`,
  `SELECT 1 SETTINGS max_execution_time = 0`,
  `SELECT * FROM (SELECT 1 SETTINGS readonly = 0)`,
  `SELECT 1; DROP TABLE log_record`,
  `SELECT 1; SELECT 2`,
  `SELECT 1 -- x`,
  `SELECT 1 /* x */`,
  `SELECT 1 # x`,
  `SELECT 1 /*`,
  `SELECT 'a\\'; DROP TABLE log_record; --`,
  `SELECT $x$ a $x$`,
  `SELECT {a:String}`,
  `SELECT ‘a’`,
  'SELECT `a\nTableIdentifier log_record`',
  'SELECT `a\\`b`',
  `SELECT '\n' FROM audit_event`,
  `SELECT sleep(3)`,
  `SELECT sleepEachRow(1) FROM log_record`,
  `SELECT dictGet('d', 'a', 1)`,
  `SELECT joinGet('audit_event', 'leaf', 1)`,
  `SELECT joinGet(audit_event, 'leaf', 1)`,
  `SELECT hasColumnInTable('custos', 'audit_event', 'leaf')`,
  `SELECT getSetting('max_threads')`,
  `SELECT getServerSetting('max_thread_pool_size')`,
  `SELECT currentUser(), hostName(), version()`,
  `SELECT currentDatabase()`,
  `SELECT getMacro('x')`,
  `SELECT filesystemAvailable()`,
  `SELECT demangle('x')`,
  `SELECT addressToLine(1)`,
  `SELECT repeat('x', 1000000000)`,
  `SELECT range(1000000000)`,
  `SELECT arrayResize([1], 1000000000)`,
  `SELECT generateRandomStructure()`,
  `SELECT catboostEvaluate('/etc/passwd', 1)`,
  `SELECT initializeAggregation('count')`,
  `SELECT arrayReduce('groupArray', [1])`,
  `SELECT * FROM VALUES('a String', 'b')`,
  `FROM audit_event SELECT *`,
  `(SELECT * FROM audit_event)`,
  `SELECT columns('.*') FROM audit_event`,
  `SELECT COLUMNS('leaf') FROM log_record`,
  `SELECT @@version`,
  `SELECT * FROM log_record AS l, system.users AS o`,
  `SELECT * FROM log_record SEMI JOIN file('x') USING a`,
  `SELECT * FROM audit_event FINAL`,
  `SELECT * FROM audit_event AS log_record`,
  `SELECT * FROM log_record WHERE message = '' OR (SELECT 1 FROM system.users) = 1`,
  `SELECT * FROM log_record ORDER BY (SELECT count() FROM audit_event)`,
  `SELECT * FROM log_record LIMIT (SELECT count() FROM audit_event)`,
  `SELECT quantileIf((SELECT 0.5 FROM system.users))(1, 1)`,
  `SELECT count() FILTER (WHERE 1 IN (SELECT 1 FROM audit_event)) FROM log_record`,
  `SELECT sum(1) OVER w FROM log_record WINDOW w AS (PARTITION BY (SELECT 1 FROM audit_event))`,
];

test.each(attacks)('%s is refused', async (sql) => {
  await expect(run(sql)).rejects.toMatchObject({
    code: 'invalid_input',
    status: 422,
    fields: [{ field: 'sql' }],
  });
  expect(existsSync(target)).toBe(false);
});

test('after all of them the engine has what it had, with its settings', async () => {
  expect(readFileSync(secret, 'utf8')).toContain('clickhouse');
  expect(await columns.query('SELECT count() AS n FROM log_record')).toEqual([{ n: 1500 }]);
  expect(await columns.query("SELECT name FROM system.tables WHERE name = 'evil'")).toEqual([]);
  await columns.command('CREATE TABLE still_writable (a Int8) ENGINE = Memory');
  await columns.command('DROP TABLE still_writable');
});

test(
  'what would take too long or too much is ended, and the engine goes on',
  { timeout: 60_000 },
  async () => {
    const brief = createSqlMode(columns, systemClock, 1_000);
    await expect(
      brief(
        'SELECT count() FROM log_record AS a, log_record AS b, log_record AS c, log_record AS d WHERE cityHash64(a.message, b.message, c.message, d.message) = 1',
      ),
    ).rejects.toMatchObject({ code: 'query_too_heavy' });
    await expect(
      run(
        'SELECT groupArray(concat(a.message, b.message, c.message)) FROM log_record AS a, log_record AS b, log_record AS c',
      ),
    ).rejects.toMatchObject({ code: 'query_too_heavy' });
    await expect(run('SELECT count() FROM log_record')).resolves.toMatchObject({ rows: [[1500]] });
  },
);

test('only two statements run at once', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 5 }, () => run('SELECT uniqExact(message) FROM log_record')),
  );
  expect(all.filter(({ status }) => status === 'fulfilled').length).toBe(2);
  for (const one of all) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'rate_limited', status: 429 });
  }
});

test('mistakes are told in the words of the engine', async () => {
  await expect(run('SELECT nothing FROM log_record')).rejects.toMatchObject({
    code: 'invalid_input',
    fields: [{ field: 'sql', message: expect.stringContaining('nothing') as string }],
  });
});

test('whatever is made of pieces of attacks reads nothing but logs', { timeout: 60_000 }, async () => {
  await columns.command("INSERT INTO audit_event (log, idx, leaf) VALUES ('main', 1, 'CANARY')");
  const piece = fc.constantFrom(
    'SELECT',
    '*',
    'leaf',
    'FROM',
    'audit_event',
    'log_record',
    '(',
    ')',
    'WITH',
    'AS',
    'x',
    ',',
    'IN',
    'WHERE',
    '1',
    "'a'",
    '`',
    '"',
    "'",
    '\\',
    '--',
    '/*',
    '*/',
    '\n',
    ';',
    'UNION ALL',
    'JOIN',
    'USING',
    'message',
    'file',
    "'CANARY'",
    'merge',
    '$$',
    '#',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 14 }), async (pieces) => {
      const answer = await run(`SELECT ${pieces.join(' ')}`).catch((error: { code: string }) => {
        expect(['invalid_input', 'query_too_heavy', 'malformed_request']).toContain(error.code);
        return undefined;
      });
      const text = pieces.includes("'CANARY'") ? '' : JSON.stringify(answer ?? '');
      expect(text).not.toContain('CANARY');
    }),
    { numRuns: 400 },
  );
});
