import pg from 'pg';
import type { Storage } from './shop-storage.ts';

export interface Product {
  readonly id: number;
  readonly title: string;
  readonly price: string;
}

export interface Orders {
  products(): Promise<readonly Product[]>;
  /** A customer buys something; its receipt is written if there is room for it. */
  place(): Promise<{ readonly order: number; readonly title: string; readonly withoutReceipt: number }>;
  /** Orders in all, and those whose receipt could not be written yet. */
  counts(): Promise<{ readonly placed: number; readonly withoutReceipt: number }>;
  close(): Promise<void>;
}

const schema = `
  create table if not exists products (id serial primary key, title text not null unique, price numeric(8,2) not null);
  create table if not exists orders (
    id serial primary key, product_id int not null references products, placed_at timestamptz not null default now(),
    receipt_at timestamptz);
  create index if not exists orders_without_receipt on orders (id) where receipt_at is null;
  insert into products (title, price) values
    ('Tides of the Northern Harbour', 24.00), ('A Keeper of Lighthouses', 18.50), ('Knots and Splices', 12.90),
    ('The Cartographer''s Winter', 21.00), ('Salt, Rope and Canvas', 16.40), ('Field Guide to Sea Birds', 29.90)
  on conflict (title) do nothing`;

const keptOrders = 2000;
const keptReceipts = 150;
const receiptBytes = 24_000;

/** Opens the order book in PostgreSQL; receipts are files in the shop's storage. */
export async function openOrders(databaseUrl: string, storage: Storage): Promise<Orders> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, connectionTimeoutMillis: 2000 });
  // A connection that breaks while idle is replaced at the next query.
  pool.on('error', () => undefined);
  await pool.query(schema);

  async function writeReceipts(): Promise<void> {
    const { rows } = await pool.query<{ id: number; title: string }>(
      `select orders.id, title from orders join products on products.id = product_id
       where receipt_at is null order by orders.id limit 25`,
    );
    for (const { id, title } of rows) {
      try {
        const name = `receipt-${String(id).padStart(8, '0')}.txt`;
        storage.write(name, `Harbour Books\nOrder ${id}: ${title}\n`.padEnd(receiptBytes, '.'));
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOSPC') return;
        throw error;
      }
      await pool.query('update orders set receipt_at = now() where id = $1', [id]);
    }
    for (const name of storage.list('receipt-').slice(0, -keptReceipts)) storage.remove(name);
  }

  async function counts(): ReturnType<Orders['counts']> {
    const { rows } = await pool.query<{ placed: number; waiting: number }>(
      'select count(*)::int as placed, (count(*) filter (where receipt_at is null))::int as waiting from orders',
    );
    return { placed: rows[0]?.placed ?? 0, withoutReceipt: rows[0]?.waiting ?? 0 };
  }

  return {
    async products() {
      return (await pool.query<Product>('select id, title, price::text from products order by id')).rows;
    },
    async place() {
      const { rows } = await pool.query<{ order: number; title: string }>(
        `with bought as (select id, title from products order by random() limit 1),
              placed as (insert into orders (product_id) select id from bought returning id)
         select placed.id as order, title from placed, bought`,
      );
      const [{ order, title }] = rows as [{ order: number; title: string }];
      await pool.query('delete from orders where id <= (select max(id) from orders) - $1', [keptOrders]);
      await writeReceipts();
      return { order, title, withoutReceipt: (await counts()).withoutReceipt };
    },
    counts,
    close: () => pool.end(),
  };
}
