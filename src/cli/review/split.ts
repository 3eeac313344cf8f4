/** Where the values of a text of JSON begin and end: one, one a line, or one after another as `jq` prints them. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Top-level objects and lists, found by their brackets; text that is not JSON gives spans that do not parse. */
export function splitJson(text: string): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      if (depth === 0) start = Math.max(at, 0);
      depth += 1;
    } else if ((character === '}' || character === ']') && depth > 0) {
      depth -= 1;
      if (depth === 0) spans.push({ start, end: at + 1 });
    }
  }
  return depth > 0 ? [...spans, { start, end: text.length }] : spans;
}

/** The offset of the closing quote of the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
