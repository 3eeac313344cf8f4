/** The `-o` option that commands share. */
import { Option } from 'commander';

export function formatOption(formats: readonly string[]): Option {
  return new Option('-o, --output <format>', 'how the result is printed').choices(formats).default('text');
}
