/**
 * The nesting depth of a JSON text, counted without parsing it: `JSON.parse` survives 100,000 levels, what
 * recurses over its result does not. Counts brackets outside strings; malformed text is left to the parser.
 */
const quote = 0x22;
const backslash = 0x5c;

/** True where the text nests deeper than `limit`; stops at the first place that does. */
export function isDeeperThan(text: Uint8Array, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === quote) at = endOfString(text, at + 1);
    // `[` is 0x5b and `{` 0x7b; their closing partners are two further on.
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}

/** The position of the closing quote: the next one with an even number of backslashes before it. */
function endOfString(text: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end < 0) return text.length;
    let slashes = 0;
    while (end - 1 - slashes >= start && text[end - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
    at = end + 1;
  }
}
