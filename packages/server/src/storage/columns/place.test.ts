import { afterEach, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

test('an insert says where its rows stand, and that is where the engine has them', async () => {
  const directory = temporaryDirectory();
  cleanUp.push(directory.remove);
  const columns = testColumns({ dataDirectory: directory.path });
  cleanUp.push(() => columns.stop());
  await columns.start();

  const places = await Promise.all(
    [3, 1, 4].map((count, call) =>
      columns.insert(
        'log_record',
        Array.from({ length: count }, (_, row) => ({
          time: Date.now(),
          category: 'debug',
          severity: 'info',
          service: 'shop',
          message: `call ${call} row ${row}`,
          attributes: { number: '1' },
          masked: [],
        })),
      ),
    ),
  );
  await columns.ready();
  await columns.flush();
  for (const [call, place] of places.entries()) {
    expect(place.spoolId).toMatch(/^[0-9a-f]{16}$/);
    expect(
      await columns.query(
        'SELECT message FROM log_record WHERE spool_id = {spoolId:String} AND spool_row = {firstRow:UInt64}',
        { ...place },
      ),
    ).toEqual([{ message: `call ${call} row 0` }]);
  }
});
