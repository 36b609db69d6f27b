import { z } from 'zod';
import { mask } from '../base/mask.ts';
import { maskJson, maskText } from '../base/mask-text.ts';
import type { Catalogue } from './events/catalogue.ts';

/** What the details of an event depend on. */
interface Detailed {
  readonly type: string;
  readonly source: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Shown {
  readonly details: Record<string, unknown>;
  /** True when something of them is not shown. */
  readonly masked: boolean;
}

/** Names of fields whose value is about a person, whatever it looks like. */
const telling =
  /name|mail|phone|mobile|street|address|birth|passport|iban|account.?holder|social.?security|(?:^|[_.-])(?:ssn|tax.?id|vat)(?:$|[_.-])/i;

const hiddenText = mask('free-text', 'hidden');

/** In free details text of several words is taken for what somebody wrote about somebody. */
function masked(value: unknown, hide: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one, hide));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [maskText(name), masked(one, hide || telling.test(name))]),
    );
  }
  if (value === null || typeof value === 'boolean') return value;
  if (hide) return hiddenText;
  if (typeof value !== 'string') return value;
  return /\s/u.test(value) ? hiddenText : maskText(value);
}

/** Text in which what has the shape of personal data is masked: e-mail, network addresses, phones, wallets. */
function maskedByShape(value: unknown): unknown {
  const text = JSON.stringify(value);
  const shown = text === undefined ? undefined : maskJson(text);
  return shown === undefined || shown === text ? value : (JSON.parse(shown) as unknown);
}

/**
 * What of the details of an event those see who may not see personal data. Fields that its type names are
 * masked by shape: what is personal in them was sealed at the intake. What a type leaves free, which senders
 * fill as they like, is masked by its name and hidden where it is prose. Custos's own acts are of the first
 * kind.
 */
export function createShownDetails(catalogue: Pick<Catalogue, 'find'>, ownSource = 'custos') {
  /** The fields that a type names; undefined when it leaves all free. */
  function named(type: string): ReadonlySet<string> | undefined {
    const schema = catalogue.find(type)?.details;
    if (!(schema instanceof z.ZodObject)) return undefined;
    return new Set(Object.keys(schema.shape).filter((name) => name !== 'extra'));
  }

  return ({ type, source, details }: Detailed, seesPersonalData: boolean): Shown => {
    const all = { ...details };
    if (seesPersonalData || Object.keys(all).length === 0) return { details: all, masked: false };
    const fields = source === ownSource ? new Set(Object.keys(all)) : named(type);
    const shown = Object.fromEntries(
      Object.entries(all).map(([name, value]) =>
        fields?.has(name) === true
          ? [name, maskedByShape(value)]
          : [maskText(name), masked(value, telling.test(name))],
      ),
    );
    return { details: shown, masked: JSON.stringify(shown) !== JSON.stringify(all) };
  };
}
