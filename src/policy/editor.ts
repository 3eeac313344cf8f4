/** JSON Schema (draft-07) for editors: completion, descriptions and red lines while a policy is written. */
import { casesFile, documentKinds, documentSchemas } from './schema.ts';

const draft = 'http://json-schema.org/draft-07/schema#';

/** What kind of document it is decides which schema holds, so that one mistake is shown once. */
export function policyEditorSchema(): object {
  return {
    $schema: draft,
    $id: 'https://flyball.dev/schemas/flyball.schema.json',
    title: 'Flyball policies and exceptions',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { kind: { enum: documentKinds } },
    allOf: documentKinds.map((kind) => ({
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
      then: withoutExtensions(documentSchemas[kind]),
      if: { required: ['kind'], properties: { kind: { const: kind } } },
    })),
  };
}

export function casesEditorSchema(): object {
  return {
    $schema: draft,
    $id: 'https://flyball.dev/schemas/cases.schema.json',
    title: 'Cases for Flyball policies',
    ...(withoutExtensions(casesFile) as object),
  };
}

/** File name to JSON text. */
export function renderEditorSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['flyball.schema.json', `${JSON.stringify(policyEditorSchema(), null, 2)}\n`],
    ['cases.schema.json', `${JSON.stringify(casesEditorSchema(), null, 2)}\n`],
  ]);
}

/** Without what only the API server understands. */
function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('x-kubernetes-'));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutExtensions(item)]));
}
