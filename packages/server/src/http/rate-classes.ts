/**
 * Classes of routes by what a call costs or shows:
 *
 * - **read**: looks at something
 * - **write**: changes something
 * - **export**: takes a lot out at once
 * - **reveal**: shows personal data in the clear, one piece a call
 * - **query**: asks for figures; a program in front of many people does so with one token for all their panels
 */
export const rateClasses = ['read', 'write', 'export', 'reveal', 'query'] as const;
export type RateClass = (typeof rateClasses)[number];

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The class of a route: what it says of itself, or what follows from its method. */
export function rateClassOf(method: string, named: RateClass | undefined): RateClass {
  return named ?? (readingMethods.has(method) ? 'read' : 'write');
}

/**
 * Calls per minute of one account in each class; what is left out has no limit of its own. A person takes
 * a few exports and reads personal data one piece at a time; a stolen session must not have read thousands
 * before anybody looks. Calls of the class `query` count for nothing else than this: fifty people before ten
 * panels that are new every five seconds are 6,000 a minute.
 */
export const defaultClassLimits = {
  export: 30,
  reveal: 60,
  query: 12_000,
} as const satisfies Readonly<Partial<Record<RateClass, number>>>;
