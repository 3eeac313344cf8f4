/** XML, as far as JUnit reports need it. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (Element | string)[];
}

/** Characters that XML 1.0 cannot hold at all become `?`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\n', '&#10;'],
  ['\t', '&#9;'],
  ['\r', '&#13;'],
]);

/** A document with its declaration; text keeps its line breaks. */
export function formatXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${formatElement(root, '')}`;
}

function formatElement({ name, attributes, children }: Element, indent: string): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${encodeText(`${value}`, /[&<>"\n\t\r]/g)}"`,
  );
  const head = `${indent}<${name}${pairs.join('')}`;
  if (children.length === 0) return `${head}/>\n`;
  const [only] = children;
  if (typeof only === 'string') return `${head}>${encodeText(only, /[&<>\r]/g)}</${name}>\n`;
  const inner = children.map((child) =>
    typeof child === 'string' ? '' : formatElement(child, `${indent}  `),
  );
  return `${head}>\n${inner.join('')}${indent}</${name}>\n`;
}

function encodeText(text: string, special: RegExp): string {
  return text.replace(forbidden, '?').replace(special, (character) => entities.get(character) ?? character);
}
