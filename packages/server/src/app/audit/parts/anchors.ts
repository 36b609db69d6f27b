import { createTimeStampAnchor } from '../../../audit/anchors/rfc3161.ts';
import { createLockAnchor } from '../../../audit/anchors/s3-lock.ts';
import type { Anchor, AnchorCall } from '../../../audit/anchors/types.ts';
import { createWebhookAnchor } from '../../../audit/anchors/webhook.ts';
import type { NoteVerifier } from '../../../audit/log/formats/keys.ts';
import type { Clock } from '../../../base/clock.ts';
import { signatureHeader } from '../../../notify/signature.ts';
import { openLockedS3 } from '../../../storage/objects/s3-locked.ts';
import { underField } from '../config/fields.ts';
import type { AuditConfiguration } from '../config/configuration.ts';

type Described = AuditConfiguration['anchors'][number];

interface AnchorParts {
  readonly clock: Clock;
  readonly call: AnchorCall;
  verifiersOf(origin: string): readonly NoteVerifier[];
}

interface Made {
  readonly anchor: Anchor;
  close(): void;
}

const dayMs = 86_400_000;
const nothing = (): void => undefined;

type Makers = {
  readonly [Kind in Described['kind']]: (
    described: Extract<Described, { readonly kind: Kind }>,
    parts: AnchorParts,
  ) => Promise<Made>;
};

const makers: Makers = {
  async 's3-lock'({ name, address, secrets = {}, retainDays }, { clock, verifiersOf }) {
    const objects = await openLockedS3(address, secrets);
    const anchor = createLockAnchor({ name, objects, clock, retainMs: retainDays * dayMs, verifiersOf });
    return { anchor, close: () => objects.close() };
  },
  async rfc3161({ name, url, ca, headers }, { call }) {
    const given = headers === undefined ? {} : { headers };
    return { anchor: createTimeStampAnchor({ name, url, ca, call, ...given }), close: nothing };
  },
  async webhook({ name, url, secret }, { clock, call }) {
    const sign = (body: string): Readonly<Record<string, string>> => ({
      'custos-signature': signatureHeader(body, { secrets: [secret], now: clock.now() }),
    });
    return { anchor: createWebhookAnchor({ name, url, call, clock, sign }), close: nothing };
  },
};

/** The maker of a kind takes what is described as that kind. */
const make = (described: Described, parts: AnchorParts): Promise<Made> =>
  makers[described.kind](described as never, parts);

/** Makes the anchors of the configuration. Raises `invalid_input` naming the one whose address cannot be. */
export async function makeAnchors(
  described: readonly Described[],
  parts: AnchorParts,
): Promise<{
  readonly anchors: readonly { readonly anchor: Anchor; readonly intervalMs?: number }[];
  close(): void;
}> {
  const made: (Made & { readonly intervalMs?: number })[] = [];
  const close = (): void => {
    for (const one of made) one.close();
  };
  try {
    for (const [index, one] of described.entries()) {
      const { intervalSeconds } = one;
      const interval = intervalSeconds === undefined ? {} : { intervalMs: intervalSeconds * 1000 };
      made.push({
        ...(await underField(`audit.anchors.${index}.address`, () => make(one, parts))),
        ...interval,
      });
    }
  } catch (error) {
    close();
    throw error;
  }
  return { anchors: made, close };
}
