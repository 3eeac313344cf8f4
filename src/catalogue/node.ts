/** Walks plain JSON that nobody vouches for: own properties only, and every node knows its RFC 6901 pointer. */

export interface Node {
  /** Undefined where absent; a JSON null counts as absent, as it does for the API server. */
  readonly value: unknown;
  readonly path: string;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

export function rootOf(value: unknown): Node {
  return { value: value ?? undefined, path: '' };
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member `key` of a record; absent where the node is no record or has no such own property. */
export function child(node: Node, key: string): Node {
  const path = `${node.path}/${escapeToken(key)}`;
  const isThere = isRecord(node.value) && Object.hasOwn(node.value, key);
  return { value: isThere ? ((node.value as JsonRecord)[key] ?? undefined) : undefined, path };
}

export function escapeToken(key: string): string {
  // Most keys need none, and each request has hundreds.
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

export function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

/**
 * What stands in brackets in a parameter's name. Ordinary names stay as they are; brackets, `#` (which numbers
 * duplicates), `%` and whatever is not printable ASCII are escaped, so that two instances never share a name.
 */
export function instanceName(text: string): string {
  return blurred.test(text) ? escapeBlurred(text) : text;
}

const blurred = /[^!-~]|[[\]#%]/;

function escapeBlurred(text: string): string {
  return text.replace(new RegExp(blurred, 'g'), (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return code.length <= 2 ? `%${code.padStart(2, '0')}` : `%u${code.padStart(4, '0')}`;
  });
}
