import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { crdOf, renderCrds } from '../../../src/policy/crd.ts';
import { casesEditorSchema, policyEditorSchema, renderEditorSchemas } from '../../../src/policy/editor.ts';
import { documentKinds } from '../../../src/policy/schema.ts';
import { exception, policy } from './sample.ts';

const root = new URL('../../../', import.meta.url).pathname;

/** A change of the form is a change of what others rely on: it is written only on purpose. */
function compareWithFile(path: string, text: string): void {
  if (process.env['FLYBALL_UPDATE_GOLDEN'] === '1') {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
}

it.each([...renderCrds()])('webhook-manifests/base/crds/%s is what the schema says', (name, text) => {
  compareWithFile(`webhook-manifests/base/crds/${name}`, text);
});

it.each([...renderEditorSchemas()])('schemas/%s is what the schema says', (name, text) => {
  compareWithFile(`schemas/${name}`, text);
});

it('kustomize applies all of them', () => {
  const { resources } = parse(
    readFileSync(join(root, 'webhook-manifests/base/crds/kustomization.yaml'), 'utf8'),
  );
  expect(resources.sort()).toEqual([...renderCrds().keys()].sort());
});

interface Node {
  readonly [key: string]: unknown;
}

/** Every node of a structural schema, with its path. */
function nodesOf(schema: Node, path = ''): [string, Node][] {
  const children: [string, Node][] = [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Node>),
    ...(schema['items'] === undefined ? [] : [['[]', schema['items'] as Node] as [string, Node]]),
    ...(schema['additionalProperties'] === undefined
      ? []
      : [['{}', schema['additionalProperties'] as Node] as [string, Node]]),
  ];
  return [[path, schema], ...children.flatMap(([key, child]) => nodesOf(child, `${path}.${key}`))];
}

describe.each(documentKinds)('the CRD of %s', (kind) => {
  const { spec } = crdOf(kind) as { spec: { versions: [{ schema: { openAPIV3Schema: Node } }] } };
  const nodes = nodesOf(spec.versions[0].schema.openAPIV3Schema).slice(1);

  it('is structural: each node has one type, or says that it needs none', () => {
    const untyped = nodes.filter(
      ([, node]) =>
        typeof node['type'] !== 'string' &&
        node['x-kubernetes-int-or-string'] !== true &&
        node['x-kubernetes-preserve-unknown-fields'] !== true,
    );
    expect(untyped.map(([path]) => path)).toEqual([]);
    expect(nodes.filter(([, node]) => node['anyOf'] ?? node['$ref'] ?? node['const'])).toEqual([]);
  });

  it('describes each field, and bounds the size of each list and text', () => {
    const standard = /^\.(apiVersion|kind|metadata)$/;
    const undescribed = nodes.filter(
      ([path, node]) =>
        !standard.test(path) && !path.endsWith('{}') && typeof node['description'] !== 'string',
    );
    expect(undescribed.map(([path]) => path)).toEqual([]);
    const unbounded = nodes.filter(
      ([path, node]) =>
        (node['type'] === 'array' && typeof node['maxItems'] !== 'number') ||
        (node['type'] === 'string' &&
          !standard.test(path) &&
          typeof node['maxLength'] !== 'number' &&
          node['enum'] === undefined &&
          node['format'] === undefined),
    );
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });
});

describe('the schema for editors', () => {
  const ajv = new Ajv({ strict: false, formats: { 'date-time': true, int32: true, int64: true } });
  const validate = ajv.compile(policyEditorSchema());

  it.each([
    ['a policy', policy(), true],
    ['a namespaced one', policy({ namespace: 'shop' }), true],
    ['an exception', exception(), true],
    ['another kind', policy({ kind: 'Objective' }), false],
    ['an unknown field', policy({ spec: 'budgets: []' }), false],
    ['a field of the other kind', policy({ namespace: 'shop', match: 'namespaces: [a]' }), false],
  ])('%s', (_, text, isValid) => {
    expect(validate(parse(text))).toBe(isValid);
  });

  it('of cases', () => {
    const cases = ajv.compile(casesEditorSchema());
    const one = { name: 'n', propose: { 'hpa.maxReplicas': 3 }, by: 'x', expect: { verdict: 'admit' } };
    expect(cases({ cases: [one] })).toBe(true);
    expect(cases({ cases: [{ ...one, timeline: [] }] })).toBe(false);
  });

  it('has nothing that only the API server understands', () => {
    expect(JSON.stringify([policyEditorSchema(), casesEditorSchema()])).not.toContain('x-kubernetes');
  });
});
