import type { ConfigurationInput } from './config.ts';

/** Types `custos.config.ts`: `export default defineConfig({ listen: '127.0.0.1:4600' })`. */
export function defineConfig(input: ConfigurationInput): ConfigurationInput {
  return input;
}
