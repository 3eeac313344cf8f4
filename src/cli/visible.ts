/**
 * Text that cannot move the cursor, recolour the terminal, forge a line or reverse its direction: control characters,
 * line separators and bidirectional overrides become `?`.
 */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '?');
}
