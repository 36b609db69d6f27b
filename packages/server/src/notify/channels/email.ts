import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { createTransport } from 'nodemailer';
import { headline, shorten } from '../templates/facts.ts';
import { htmlOf } from '../templates/html.ts';
import { textOf } from '../templates/text.ts';
import type { ChannelKind, ChannelPorts, Dispatch, OpenChannel } from '../types.ts';
import { emailOptions, type EmailOptions } from './email-options.ts';
import { acceptedOutcome, failedOutcome } from './smtp-outcome.ts';

const connections = 4;

/** The address inside `Name <address>`. */
export const addressOf = (mailbox: string): string => /<([^<>]+)>$/.exec(mailbox)?.[1] ?? mailbox;

/** Opens connections through the guarded door, so a mail server is checked like any other target. */
export function transportTo(options: EmailOptions, { outbound }: ChannelPorts) {
  const { host, port, security, user, password, certificateAuthority: ca } = options;
  const tls = ca === undefined ? {} : { ca };
  const connect = async () => {
    const { socket } = await outbound.connect({
      host,
      port,
      purpose: 'notification by e-mail',
      ...(security === 'tls' ? { tls } : {}),
    });
    return { connection: socket, secured: security === 'tls' };
  };
  return createTransport({
    pool: true,
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password ?? '' } }),
    tls: { ...tls, minVersion: 'TLSv1.2' },
    maxConnections: connections,
    maxMessages: 100,
    maxRequeues: 1,
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 8000,
    idleTimeout: 5000,
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_options: unknown, callback: (error: Error | null, socket?: object) => void) =>
      callbackify(connect)(callback),
  });
}

/** Passes a message on and tells when the last of it has been taken. */
function watched(input: Readable, onTaken: () => void): Readable {
  return Readable.from(
    (async function* () {
      for await (const chunk of input) yield chunk as Buffer;
      onTaken();
    })(),
    { objectMode: false },
  );
}

/**
 * The mail's own fields. `Message-ID` follows from the idempotency key, so a copy that a lost connection
 * caused is recognised by mail programs and servers that look for copies. All mails about one alert refer
 * to one made-up first message (RFC 5322 section 3.6.4), so that they are shown as one thread.
 */
function mailOf(dispatch: Dispatch, options: Pick<EmailOptions, 'from' | 'to'>) {
  const { message, idempotencyKey, createdAt } = dispatch;
  const domain = addressOf(options.from).split('@').at(-1) ?? 'custos.invalid';
  const thread = message.alertId === null ? null : `<${message.alertId}@${domain}>`;
  return {
    from: options.from,
    to: [...options.to],
    subject: shorten(headline(dispatch).replace(/\s+/g, ' '), 200),
    text: textOf(dispatch),
    html: htmlOf(dispatch),
    date: new Date(createdAt),
    messageId: `<${idempotencyKey}@${domain}>`,
    ...(thread === null ? {} : { inReplyTo: thread, references: [thread] }),
    headers: {
      // RFC 3834: no out-of-office replies to this.
      'Auto-Submitted': 'auto-generated',
      'Custos-Event': message.event,
      'Idempotency-Key': idempotencyKey,
      ...(message.severity === 'critical' && message.event === 'firing' ? { Importance: 'high' } : {}),
    },
  };
}

function open(options: EmailOptions, ports: ChannelPorts): OpenChannel {
  const transport = transportTo(options, ports);
  const handedOver = new Set<string>();
  transport.use('stream', (mail, done) => {
    mail.message.processFunc((input) => watched(input, () => handedOver.add(mail.data.messageId ?? '')));
    done();
  });
  transport.on('error', (error: Error) =>
    ports.log.debug({ error: error.message }, 'mail connection failed'),
  );

  return {
    async send(dispatch) {
      const served = dispatch.progress === null ? [] : (JSON.parse(dispatch.progress) as string[]);
      const mail = mailOf(dispatch, options);
      const remaining = options.to.map(addressOf).filter((address) => !served.includes(address));
      // The list of recipients was changed since, and everyone on it has been served.
      if (remaining.length === 0) {
        return {
          result: 'delivered',
          answer: 'served before',
          providerId: null,
          error: null,
          retryAfterSeconds: null,
        };
      }
      try {
        const info = await transport.sendMail({
          ...mail,
          envelope: { from: addressOf(options.from), to: remaining },
          signal: dispatch.signal,
        });
        return acceptedOutcome({
          response: info.response,
          messageId: info.messageId,
          accepted: info.accepted.map(String),
          rejectedErrors: info.rejectedErrors,
          served,
        });
      } catch (error) {
        return failedOutcome(error, { handedOver: handedOver.has(mail.messageId), served });
      } finally {
        handedOver.delete(mail.messageId);
      }
    },
    close: () => transport.close(),
  };
}

/** Sends mail through an SMTP server (RFC 5321), with STARTTLS (RFC 3207) unless told otherwise. */
export const email: ChannelKind<typeof emailOptions> = {
  kind: 'email',
  title: 'E-mail',
  description: 'Sends mail through an SMTP server.',
  options: emailOptions,
  secretFields: ['password'],
  urlFields: [],
  concurrency: connections,
  open,
};
