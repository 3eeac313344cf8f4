/** JSON.parse keeps the last of two equal keys and says nothing; what another reader keeps may be the first. */
import { endOfString } from './split.ts';

export interface DuplicateKey {
  readonly key: string;
  readonly offset: number;
}

interface Level {
  /** Undefined in a list. */
  readonly keys: Set<string> | undefined;
  isKeyNext: boolean;
}

/** The first key that its object has already; the text must be valid JSON. */
export function findDuplicateKey(text: string): DuplicateKey | undefined {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    if (text[at] !== '"') step(text[at], levels);
    else {
      const end = endOfString(text, at);
      const key = level?.isKeyNext === true ? addKey(level, text.slice(at, end + 1)) : undefined;
      if (key !== undefined) return { key, offset: at };
      at = end;
    }
  }
  return undefined;
}

function step(character: string | undefined, levels: Level[]): void {
  const level = levels.at(-1);
  if (character === '{') levels.push({ keys: new Set(), isKeyNext: true });
  else if (character === '[') levels.push({ keys: undefined, isKeyNext: false });
  else if (character === '}' || character === ']') levels.pop();
  else if (character === ',' && level?.keys !== undefined) level.isKeyNext = true;
}

/** The key, where the object has it already. Keys are compared as they read, not as they are escaped. */
function addKey(level: Level, quoted: string): string | undefined {
  const key: string = JSON.parse(quoted);
  const isKnown = level.keys?.has(key) === true;
  level.keys?.add(key);
  level.isKeyNext = false;
  return isKnown ? key : undefined;
}
