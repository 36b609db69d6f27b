import type { LogPatternsView, LogRecordView } from '@custos/contract';
import { maskText } from '../../base/mask-text.ts';
import { mask } from '../../base/mask.ts';

/**
 * Records as they are shown to those who may not see personal data. Their text is nobody's class, so what has
 * a shape is masked where it stands (e-mail and network addresses, phone numbers, wallets, card numbers) and
 * the rest stays readable: a log that is hidden whole is of no use. Names have no shape; attributes that are
 * called like a person's name are masked as one.
 */

/** Digits of a card, in groups or not (ISO/IEC 7812: 13 to 19 of them). */
const cardShape = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g;

/** ISO/IEC 7812-1, annex B: the check digit of cards. */
function isCard(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(digits).toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/.test(digits);
}

const personName =
  /(?:^|[._-])(?:user|customer|client|person|first|last|full|given|family|middle|holder|owner|recipient|sender|contact)[._-]?name$/i;

export function maskLine(text: string): string {
  const cards = text.replaceAll(cardShape, (found) =>
    isCard(found.replaceAll(/\D/g, '')) ? mask('document', found) : found,
  );
  return maskText(cards);
}

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
