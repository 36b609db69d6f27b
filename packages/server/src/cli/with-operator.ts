import { openOperator, type Operator } from '../app/operator.ts';
import { loadOptions } from '../app/options.ts';

/** Opens the stores of a configuration for one command, and closes them whatever comes of it. */
export async function withOperator(
  config: string | undefined,
  act: (operator: Operator) => Promise<void>,
): Promise<void> {
  const operator = await openOperator(await loadOptions({ file: config }));
  try {
    await act(operator);
  } finally {
    await operator.close();
  }
}
