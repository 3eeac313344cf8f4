/** A document as one of the kinds that Flyball knows, with its defaults filled in. */
import { createHash } from 'node:crypto';
import { type Document, locateFinding } from './document.ts';
import type { Finding, Problem } from './problem.ts';
import {
  type AnyDocument,
  apiVersion,
  type DocumentKind,
  documentKinds,
  type ExceptionDocument,
  type PolicyDocument,
} from './schema.ts';
import { suggest } from './suggest.ts';
import { validateForm } from './validate.ts';

/** A document that has the form of its kind, and the text it came from. */
export interface Source<T extends AnyDocument = AnyDocument> {
  readonly document: Document;
  readonly value: T;
  /** `GuardrailPolicy shop/checkout`. */
  readonly name: string;
}

export interface Sources {
  readonly policies: readonly Source<PolicyDocument>[];
  readonly exceptions: readonly Source<ExceptionDocument>[];
  readonly problems: readonly Problem[];
}

/** Sorts documents by kind; what has not the form of its kind becomes problems. */
export function parseDocuments(documents: readonly Document[]): Sources {
  const policies: Source<PolicyDocument>[] = [];
  const exceptions: Source<ExceptionDocument>[] = [];
  const problems: Problem[] = [];
  for (const document of documents) {
    const { value, name, findings } = parseOne(document.value);
    problems.push(...findings.map((finding) => locateFinding(document, finding, name)));
    if (value === undefined) continue;
    if (value.kind === 'GuardrailException') exceptions.push({ document, value, name });
    else policies.push({ document, value, name });
  }
  return { policies, exceptions, problems };
}

interface ParsedOne {
  readonly value?: AnyDocument;
  readonly name: string;
  readonly findings: readonly Finding[];
}

function parseOne(value: unknown): ParsedOne {
  const head = readHead(value);
  if ('findings' in head) return { name: 'document', findings: head.findings };
  const { value: filled, findings } = validateForm(head.kind, value);
  const name = nameOf(head.kind, value);
  return findings.length > 0 ? { name, findings } : { name, findings, value: filled as AnyDocument };
}

function readHead(
  value: unknown,
): { readonly kind: DocumentKind } | { readonly findings: readonly Finding[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return {
      findings: [{ code: 'WrongValue', path: [], why: 'must be a mapping with `apiVersion` and `kind`' }],
    };
  const head = value as { readonly apiVersion?: unknown; readonly kind?: unknown };
  if (head.apiVersion !== apiVersion) return { findings: [wrongVersion(head.apiVersion)] };
  const kind = documentKinds.find((known) => known === head.kind);
  return kind === undefined ? { findings: [wrongKind(head.kind)] } : { kind };
}

function wrongVersion(given: unknown): Finding {
  if (given === undefined)
    return {
      code: 'MissingField',
      path: [],
      why: '`apiVersion` is missing',
      fix: `write \`apiVersion: ${apiVersion}\``,
    };
  const why = `\`${String(given).slice(0, 64)}\` is not an apiVersion that this version reads`;
  return { code: 'UnknownApiVersion', path: ['apiVersion'], why, fix: `write \`${apiVersion}\`` };
}

function wrongKind(given: unknown): Finding {
  const known = documentKinds.map((kind) => `\`${kind}\``).join(', ');
  if (typeof given !== 'string')
    return { code: 'MissingField', path: [], why: `\`kind\` is missing (${known})` };
  const why = `\`${given.slice(0, 64)}\` is not a kind that this version reads`;
  return {
    code: 'UnknownKind',
    path: ['kind'],
    why,
    fix: suggest(given, documentKinds) ?? `use one of ${known}`,
  };
}

function nameOf(kind: string, value: unknown): string {
  const { metadata } = value as {
    readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  };
  const place =
    typeof metadata?.namespace === 'string' && kind !== 'ClusterGuardrailPolicy'
      ? `${metadata.namespace}/`
      : '';
  return `${kind} ${place}${typeof metadata?.name === 'string' ? metadata.name : '(no name)'}`;
}

/** SHA-256, hex, of what decides: kind, name, namespace and spec of each document, in one order. */
export function hashOf(sources: readonly Source[]): string {
  const texts = sources.map(({ value }) =>
    canonical([value.kind, value.metadata.namespace ?? '', value.metadata.name, value.spec]),
  );
  return createHash('sha256').update(texts.sort().join('\n')).digest('hex');
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
