import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** One message that reached a receiver. */
export interface Arrival {
  readonly at: number;
  readonly channel: 'hook' | 'mail';
  readonly alertId: string;
  readonly step: string;
  readonly key: string;
  /** `refused`: answered with an error. `taken`: kept, and the answer never came back. */
  readonly end: 'accepted' | 'taken' | 'refused';
}

export interface UnreliableReceivers {
  readonly url: string;
  readonly mailPort: number;
  readonly arrivals: readonly Arrival[];
  /** From now on every message is accepted. */
  behave(): void;
  close(): Promise<void>;
}

/**
 * A webhook receiver and an SMTP server that keep every message they get, and that now and then refuse
 * one, ask for patience, or take one without ever saying so.
 */
export async function startUnreliableReceivers(random: () => number): Promise<UnreliableReceivers> {
  const arrivals: Arrival[] = [];
  let faulty = true;
  const roll = (): number => (faulty ? random() : 1);

  const hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { alert, step } = JSON.parse(Buffer.concat(chunks).toString()) as {
        alert: { id: string };
        step: string;
      };
      const luck = roll();
      const end = luck < 0.05 ? 'taken' : luck < 0.25 ? 'refused' : 'accepted';
      const key = String(request.headers['idempotency-key']);
      arrivals.push({ at: Date.now(), channel: 'hook', alertId: alert.id, step, key, end });
      if (luck < 0.05) request.socket.destroy();
      else if (luck < 0.15) response.writeHead(500).end('broken');
      else if (luck < 0.25) response.writeHead(429, { 'retry-after': '1' }).end('slow down');
      else response.writeHead(200).end('ok');
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));

  const mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 500,
    onMailFrom: (_address, _session, done) =>
      done(roll() < 0.05 ? Object.assign(new Error('try later'), { responseCode: 451 }) : null),
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const header = (name: string): string =>
          new RegExp(`^${name}: *<?([^\\s>@]+)`, 'im').exec(text)?.[1] ?? '';
        // A letter about somebody's account, which is no notification.
        if (header('Custos-Event') === '') return done(null);
        const luck = roll();
        const end = luck < 0.02 ? 'taken' : luck < 0.1 ? 'refused' : 'accepted';
        arrivals.push({
          at: Date.now(),
          channel: 'mail',
          alertId: header('In-Reply-To'),
          step: header('Custos-Event'),
          key: header('Idempotency-Key'),
          end,
        });
        // One that is taken without a word hangs until the sender has had enough.
        if (end === 'accepted') done(null);
        if (end === 'refused') done(Object.assign(new Error('no room'), { responseCode: 452 }));
      });
    },
  });
  // Senders that are killed leave broken connections behind.
  mail.on('error', () => undefined);
  await new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', () => resolve()));

  return {
    url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`,
    mailPort: (mail.server.address() as AddressInfo).port,
    arrivals,
    behave: () => {
      faulty = false;
    },
    async close() {
      hook.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => hook.close(() => resolve())),
        new Promise<void>((resolve) => mail.close(() => resolve())),
      ]);
    },
  };
}
