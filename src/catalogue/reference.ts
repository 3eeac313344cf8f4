/**
 * A reference to an object as one choice: `Deployment.apps/checkout`. Version 1 is left out; another one stands as
 * kubectl writes it, `Rollout.v1alpha1.argoproj.io/checkout`. Further fields follow as JSON. Lossless.
 */
import type { Parsed } from '../core/quantity.ts';
import { canonicalJson } from './canonical.ts';
import type { Decoded } from './decode.ts';
import { isRecord } from './node.ts';

const kindGrammar = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const nameGrammar = /^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/;
const versionGrammar = /^v[0-9]+((alpha|beta)[0-9]+)?$/;
const apiVersionGrammar =
  /^(?:([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)\/)?(v[0-9]+(?:(?:alpha|beta)[0-9]+)?)$/;

/** What an absent `apiVersion` and `kind` stand for. */
export interface ReferenceDefaults {
  readonly apiVersion: string;
  readonly kind: string;
}

export function formatReference(value: unknown, defaults: ReferenceDefaults): Parsed<string> {
  if (!isRecord(value)) return { ok: false, error: 'is not a reference to an object' };
  const { apiVersion, kind, name, ...rest } = value;
  const apiText = apiVersion ?? defaults.apiVersion;
  const api = typeof apiText === 'string' ? apiVersionGrammar.exec(apiText) : null;
  const kindText = kind ?? defaults.kind;
  if (api === null || !matches(kindGrammar, kindText) || !matches(nameGrammar, name))
    return { ok: false, error: 'has no readable `apiVersion`, `kind` and `name`' };
  const [, group = '', version = ''] = api;
  const middle = [shownVersion(group, version), group].filter((part) => part !== '').join('.');
  const text = `${kindText}${middle === '' ? '' : '.'}${middle}/${name}`;
  if (Object.keys(rest).length === 0) return { ok: true, value: text };
  const more = canonicalJson(rest);
  return more.ok ? { ok: true, value: `${text} ${more.value}` } : more;
}

/** A group that itself looks like a version is told apart by always writing the version. */
function shownVersion(group: string, version: string): string {
  return version === 'v1' && !versionGrammar.test(group.split('.')[0] ?? '') ? '' : version;
}

function matches(grammar: RegExp, text: unknown): text is string {
  return typeof text === 'string' && grammar.test(text);
}

/** The object that `formatReference` wrote. */
export function parseReference(text: string): Readonly<Record<string, unknown>> {
  const space = text.indexOf(' ');
  const head = space < 0 ? text : text.slice(0, space);
  const rest: unknown = space < 0 ? {} : JSON.parse(text.slice(space + 1));
  const slash = head.indexOf('/');
  const [kind = '', ...parts] = head.slice(0, slash).split('.');
  const version = versionGrammar.test(parts[0] ?? '') ? (parts.shift() ?? 'v1') : 'v1';
  const apiVersion = parts.length === 0 ? version : `${parts.join('.')}/${version}`;
  return { apiVersion, kind, name: head.slice(slash + 1), ...(isRecord(rest) ? rest : {}) };
}

/** For a knob that holds a reference. */
export function decodeReference(defaults: ReferenceDefaults): (raw: unknown) => Parsed<Decoded> {
  return (raw) => {
    const text = formatReference(raw, defaults);
    return text.ok ? { ok: true, value: { value: text.value, notation: 'reference' } } : text;
  };
}
