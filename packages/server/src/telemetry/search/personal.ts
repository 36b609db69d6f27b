import type { LogPatternsView, LogRecordView } from '@custos/contract';
import { maskText } from '../../base/mask-text.ts';
import { mask } from '../../base/mask.ts';
import { cardRule } from '../logs/redaction/card.ts';
import { ibanRule } from '../logs/redaction/iban.ts';

/**
 * Records as they are shown to those who may not see personal data. Their text is nobody's class, so what has
 * a shape is masked where it stands (e-mail and network addresses, phone numbers, wallets, cards, accounts) and
 * the rest stays readable: a log that is hidden whole is of no use. Names have no shape; attributes that are
 * called like a person's name are masked as one.
 */

const personName =
  /(?:^|[._-])(?:user|customer|client|person|first|last|full|given|family|middle|holder|owner|recipient|sender|contact)[._-]?name$/i;

export const maskLine = (text: string): string => maskText(ibanRule.mask(cardRule.mask(text)));

/** The value of a field of this name. */
export const maskField = (name: string, value: string): string =>
  personName.test(name) ? mask('name', value) : maskLine(value);

export function maskRecord(record: LogRecordView): LogRecordView {
  return {
    ...record,
    service: maskLine(record.service),
    host: maskLine(record.host),
    message: maskLine(record.message),
    attributes: Object.fromEntries(
      Object.entries(record.attributes).map(([name, value]) => [maskLine(name), maskField(name, value)]),
    ),
  };
}

export function maskPatterns({ patterns, ...counts }: LogPatternsView): LogPatternsView {
  return {
    ...counts,
    patterns: patterns.map((pattern) => ({
      ...pattern,
      shape: maskLine(pattern.shape),
      services: pattern.services.map(maskLine),
      example: maskLine(pattern.example),
      query: maskLine(pattern.query),
    })),
  };
}
