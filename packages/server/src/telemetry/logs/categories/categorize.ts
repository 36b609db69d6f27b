import { logCategories, type LogCategory } from '@custos/contract';
import { builtInCategory } from './built-in.ts';
import { compileCategoryRule, type Categorize, type CategoryRule } from './category-rules.ts';

const categories: ReadonlySet<string> = new Set(logCategories);

const isCategory = (text: string | undefined): text is LogCategory =>
  text !== undefined && categories.has(text);

/**
 * The category of a record: what its sender says, in the door's own way or in the field `category` or
 * `log.category`; else the first rule that fits; else the built-in rules.
 */
export function createCategorize(rules: readonly CategoryRule[] = []): Categorize {
  const compiled = rules.map((rule, index) => {
    try {
      return { category: rule.category, fits: compileCategoryRule(rule) };
    } catch (error) {
      throw new Error(
        `Category rule ${index + 1}: ${error instanceof Error ? error.message : String(error)}`,
        {
          cause: error,
        },
      );
    }
  });
  return (record, sourceName) => {
    if (record.category !== undefined) return record.category;
    const said = record.attributes['category'] ?? record.attributes['log.category'];
    if (isCategory(said)) return said;
    for (const { category, fits } of compiled) if (fits(record, sourceName)) return category;
    return builtInCategory(record);
  };
}
