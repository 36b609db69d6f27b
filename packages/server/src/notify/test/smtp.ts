import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../outbound/fixtures/${name}`, import.meta.url), 'utf8');
/** A committed test certificate for 127.0.0.1, valid until 2120. */
export const certificate = fixture('receiver.cert.pem');

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  readonly mails: Mail[];
  /** Connections that were opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A real SMTP server on loopback that keeps what it gets; `more` changes what it asks and answers. */
export async function startMailServer(more: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const mails: Mail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    key: fixture('receiver.key.pem'),
    cert: certificate,
    authOptional: true,
    closeTimeout: 200,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: session.user as string | undefined,
        });
        done(null, `2.0.0 Ok: queued as Q${mails.length}`);
      });
    },
    ...more,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** An error with the reply code that the server is to give. */
export function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
