/**
 * The few shapes that all documents are built from. Each serves four readers at once: TypeScript, ajv, editors and
 * the API server; so each has a description and a bound on its size.
 */
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';

export const mostItems = 64;
export const longestName = 253;
export const longestText = 1024;

/** JSON Logic, an expression: one operator with its arguments. Checked by `compileLogic`. */
export type Logic = Readonly<Record<string, unknown>>;

export function text(description: string, options: { maxLength?: number; pattern?: string } = {}) {
  return Type.String({ minLength: 1, maxLength: longestName, ...options, description });
}

export function oneOf<const T extends string>(values: readonly T[], description: string, fallback?: T) {
  return Type.Unsafe<T>({
    type: 'string',
    enum: [...values],
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
  });
}

export function list<T extends TSchema>(items: T, description: string, maxItems = mostItems) {
  return Type.Array(items, { minItems: 1, maxItems, description });
}

export const optional = Type.Optional;

/** An object that knows all its fields. `rules` are CEL, for the API server alone. */
export function record<T extends TProperties>(
  properties: T,
  description: string,
  options: { minProperties?: number; rules?: readonly CelRule[] } = {},
): TObject<T> {
  const { rules, ...rest } = options;
  return Type.Object(properties, {
    additionalProperties: false,
    description,
    ...rest,
    ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
  });
}

export interface CelRule {
  readonly rule: string;
  readonly message: string;
}

/** `4`, `500m`, `50%`: whole numbers as such, everything else as text, so that nothing is ever rounded. */
export function literal(description: string) {
  return Type.Unsafe<number | string>({ type: ['integer', 'string'], maxLength: 64, description });
}

/** A literal or JSON Logic. */
export function bound(description: string) {
  return Type.Unsafe<number | string | Logic>({
    type: ['integer', 'string', 'object'],
    maxLength: 64,
    description,
  });
}

export function logic(description: string) {
  return Type.Unsafe<Logic>({ type: 'object', minProperties: 1, maxProperties: 1, description });
}

/** Labels and the like: any key. */
export function textMap(description: string) {
  return Type.Unsafe<Readonly<Record<string, string>>>({
    type: 'object',
    maxProperties: mostItems,
    additionalProperties: { type: 'string', maxLength: longestText },
    description,
  });
}

/** What the API server keeps beside the fields we read: uid, managedFields and so on. */
export function metadata(isNamespaced: boolean) {
  const name = text('The name.');
  const common = {
    name,
    labels: optional(textMap('Labels.')),
    annotations: optional(textMap('Annotations.')),
  };
  const namespace = text('The namespace that it governs.');
  return Type.Object(
    isNamespaced ? { ...common, namespace } : { ...common, namespace: optional(namespace) },
    {
      description: 'The object’s name and place.',
      additionalProperties: true,
    },
  );
}

export function readonlyStatus() {
  return Type.Unsafe<unknown>({
    type: 'object',
    description: 'What Flyball found of the document; written by Flyball alone.',
    properties: {
      observedGeneration: {
        type: 'integer',
        format: 'int64',
        description: 'The generation of the document that this status is about.',
      },
      guards: { type: 'integer', format: 'int32', description: 'How many guards are in force.' },
      conditions: {
        type: 'array',
        maxItems: 16,
        description: 'Ready: whether the document is in force, and why not.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
        items: conditionSchema,
      },
    },
  });
}

const conditionSchema = {
  type: 'object',
  description: 'One condition, as Kubernetes defines them.',
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
  properties: {
    type: { type: 'string', maxLength: 316, description: 'The type, CamelCase.' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'], description: 'Whether it holds.' },
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'The generation that was looked at.',
    },
    lastTransitionTime: { type: 'string', format: 'date-time', description: 'When the status last changed.' },
    reason: { type: 'string', maxLength: 1024, description: 'Why, in one CamelCase word.' },
    message: { type: 'string', maxLength: 32768, description: 'Why, for people.' },
  },
} as const;

export type { Static };
