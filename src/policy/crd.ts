/**
 * The CustomResourceDefinitions, rendered from the one source. The API server wants structural schemas: every node
 * has one type, or says that it is an integer or a string, or anything; and every size is bounded.
 */
import { stringify } from 'yaml';
import { ledgerCrd } from './crd-ledger.ts';
import { type DocumentKind, documentKinds, documentSchemas } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

interface Names {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
}

const names: Readonly<Record<DocumentKind, Names>> = {
  GuardrailPolicy: {
    plural: 'guardrailpolicies',
    singular: 'guardrailpolicy',
    shortNames: ['grp'],
    scope: 'Namespaced',
  },
  ClusterGuardrailPolicy: {
    plural: 'clusterguardrailpolicies',
    singular: 'clusterguardrailpolicy',
    shortNames: ['cgrp'],
    scope: 'Cluster',
  },
  GuardrailException: {
    plural: 'guardrailexceptions',
    singular: 'guardrailexception',
    shortNames: ['gre'],
    scope: 'Namespaced',
  },
};

const ready = {
  name: 'Ready',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
  description: 'Whether it is in force.',
};
const age = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'How old it is.',
};
const column = (name: string, type: string, jsonPath: string, description: string): Json => ({
  name,
  type,
  jsonPath,
  description,
});
const policyColumns = [
  column('Mode', 'string', '.spec.mode', 'Enforce, Warn or Audit.'),
  column('Guards', 'integer', '.status.guards', 'How many guards are in force.'),
  ready,
  age,
];
const exceptionColumns = [
  column('Owner', 'string', '.spec.owner', 'Who answers for it.'),
  column('Ticket', 'string', '.spec.ticket', 'Where it was agreed.'),
  column('Expires', 'string', '.spec.expires', 'When it ends.'),
  ready,
  age,
];

/** File name to YAML text. */
export function renderCrds(): ReadonlyMap<string, string> {
  const documents = documentKinds.map((kind): [string, string] => [
    `flyball.dev_${names[kind].plural}.yaml`,
    render('src/policy/schema', crdOf(kind)),
  ]);
  return new Map([
    ...documents,
    ['flyball.dev_guardrailledgers.yaml', render('src/policy/crd-ledger.ts', ledgerCrd)],
  ]);
}

function render(source: string, crd: Json): string {
  const text = stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false });
  return `# Generated from ${source} by \`flyball schema --write\`.\n${text}`;
}

/** The CRD as an object: for the API server's client and for tests. */
export function crdOf(kind: DocumentKind): Json {
  const { scope, ...rest } = names[kind];
  const columns = kind === 'GuardrailException' ? exceptionColumns : policyColumns;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${rest.plural}.flyball.dev` },
    spec: {
      group: 'flyball.dev',
      scope,
      names: { kind, listKind: `${kind}List`, ...rest, categories: ['flyball'] },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: documentSchema(kind) },
        },
      ],
    },
  };
}

/** apiVersion, kind and metadata are the API server's own; it allows hardly a word about them. */
function documentSchema(kind: DocumentKind): Json {
  const { description, properties } = documentSchemas[kind] as unknown as {
    description: string;
    properties: Json;
  };
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: toStructural(properties['spec'] as Json),
      status: toStructural(properties['status'] as Json),
    },
  };
}

/** Of a choice of types Kubernetes knows one alone; the rest is checked by Flyball, and said in the status. */
function toStructural(schema: Json): Json {
  const { type, description } = schema;
  if (Array.isArray(type))
    return type.length === 2 && type.includes('integer')
      ? { description, 'x-kubernetes-int-or-string': true }
      : { description, 'x-kubernetes-preserve-unknown-fields': true };
  const { properties, items, additionalProperties, ...rest } = schema;
  const isLogic = type === 'object' && properties === undefined && additionalProperties === undefined;
  return {
    ...rest,
    ...(isLogic ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(properties === undefined ? {} : { properties: mapValues(properties as Json, toStructural) }),
    ...(items === undefined ? {} : { items: toStructural(items as Json) }),
    ...(typeof additionalProperties === 'object' && additionalProperties !== null
      ? { additionalProperties: toStructural(additionalProperties as Json) }
      : {}),
  };
}

function mapValues(record: Json, change: (value: Json) => Json): Json {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value as Json)]));
}
