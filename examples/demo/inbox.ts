import { createHmac, timingSafeEqual } from 'node:crypto';

/** A page that somebody would have got, as the inbox shows it. */
export interface InboxEntry {
  readonly at: number;
  readonly via: 'webhook' | 'e-mail';
  readonly event: string;
  readonly severity: string;
  readonly title: string;
  /** What the demo found out about it, such as that the signature is right. */
  readonly note: string;
}

export interface Inbox {
  /** Takes a webhook of Custos and returns the HTTP status to answer with. */
  takeWebhook(body: string, signature: string): number;
  takeMail(mail: string): void;
  /** Newest first. */
  entries(): readonly InboxEntry[];
}

const kept = 50;

/** Checks `Custos-Signature`: `t=<seconds>,v1=<hex>`, the HMAC-SHA256 of `<seconds>.<body>`. */
function isSigned(body: string, signature: string, secret: string): boolean {
  const [, seconds = '', proof = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  const right = createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
  return proof !== '' && timingSafeEqual(right, Buffer.from(proof, 'hex'));
}

/** A header as text: folded lines joined, encoded words (RFC 2047) decoded. */
function header(mail: string, name: string): string {
  const [head = ''] = mail.split(/\r?\n\r?\n/, 1);
  const found = new RegExp(`^${name}:[ \\t]*((?:.*)(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)?.[1] ?? '';
  return found
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .replaceAll(/\?= =\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString()
        : decodeURIComponent(
            text
              .replaceAll('_', ' ')
              .replaceAll('%', '%25')
              .replaceAll(/=([0-9A-F]{2})/gi, '%$1'),
          ),
    );
}

/** What the demo's on-call person gets; the newest fifty are kept, in memory. */
export function createInbox(secret: string, now: () => number): Inbox {
  const entries: InboxEntry[] = [];
  const add = (entry: Omit<InboxEntry, 'at'>): void => {
    entries.unshift({ at: now(), ...entry });
    entries.length = Math.min(entries.length, kept);
  };
  return {
    takeWebhook(body, signature) {
      if (!isSigned(body, signature, secret)) return 401;
      const { event, alert } = JSON.parse(body) as {
        event: string;
        alert: { title: string; severity: string };
      };
      add({
        via: 'webhook',
        event,
        severity: alert.severity,
        title: alert.title,
        note: 'signature is right',
      });
      return 200;
    },
    takeMail(mail) {
      add({
        via: 'e-mail',
        event: header(mail, 'Custos-Event'),
        severity: header(mail, 'Importance') === 'high' ? 'critical' : '',
        title: header(mail, 'Subject'),
        note: `to ${header(mail, 'To')}`,
      });
    },
    entries: () => entries,
  };
}
