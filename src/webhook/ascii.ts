/** Printable ASCII on one line: what an HTTP header and a terminal can carry; the rest becomes `?`. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
