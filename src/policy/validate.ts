/** ajv's findings in plain words, one for each mistake. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type Finding, formatPath, type Path } from './problem.ts';
import { casesFile, type DocumentKind, documentSchemas } from './schema.ts';
import { suggest } from './suggest.ts';

type Form = DocumentKind | 'cases';

const ajv = new Ajv({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  // A list may also be a text (`choice: unchanged`), so that its keywords meet two types.
  strictTypes: false,
  verbose: true,
  useDefaults: true,
  formats: { 'date-time': isDateTime, int32: true, int64: true },
});
ajv.addVocabulary(['x-kubernetes-validations', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys']);

const validators = new Map<Form, ValidateFunction>();

/** Checks a copy, in which defaults are filled in: what is returned is the document as policies are compiled from it. */
export function validateForm(
  form: Form,
  value: unknown,
): { readonly value: unknown; readonly findings: readonly Finding[] } {
  const copy: unknown = structuredClone(value);
  const validate = validatorOf(form);
  if (validate(copy)) return { value: copy, findings: [] };
  const errors = validate.errors as readonly ErrorObject[];
  return { value: copy, findings: distinct(errors.map((error) => toFinding(error, copy))) };
}

/** Compiled on first use: the command line mostly needs one of them. */
function validatorOf(form: Form): ValidateFunction {
  const known = validators.get(form);
  if (known !== undefined) return known;
  const validate = ajv.compile(form === 'cases' ? casesFile : documentSchemas[form]);
  validators.set(form, validate);
  return validate;
}

/** RFC 3339 with a zone: a local time would expire at another moment on every machine. */
export function isDateTime(text: string): boolean {
  return dateTime.test(text) && !Number.isNaN(Date.parse(text));
}

const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function toFinding(error: ErrorObject, root: unknown): Finding {
  const path = pathOf(error.instancePath, root);
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(path, String(error.params['additionalProperty']), error.parentSchema);
    case 'required':
      return { code: 'MissingField', path, why: `\`${error.params['missingProperty']}\` is missing` };
    case 'enum':
      return wrongChoice(path, error.data, error.params['allowedValues'] as readonly string[]);
    case 'type':
      return {
        code: 'WrongValue',
        path,
        why: `must be ${nameTypes(error.params['type'])}`,
        ...quoteFix(error.data, error.params['type']),
      };
    case 'pattern':
    case 'format':
      return { code: 'WrongValue', path, why: 'has not the form that is wanted', ...formFix(error) };
    default:
      return { code: 'WrongValue', path, why: String(error.message).replace('NOT', 'not') };
  }
}

/** Fields that belong somewhere else, and where. */
const places = new Map([
  ['namespaces', 'a GuardrailPolicy governs its own namespace: use a ClusterGuardrailPolicy'],
  ['namespaceSelector', 'a GuardrailPolicy governs its own namespace: use a ClusterGuardrailPolicy'],
  ['forbid', 'put it beside `freeze`, not into it'],
  ['onViolation', 'it belongs into each entry of `guards` and `budgets`'],
]);

function unknownField(path: Path, field: string, schema: unknown): Finding {
  const { properties } = schema as { properties: object };
  const fix = places.get(field) ?? suggest(field, Object.keys(properties));
  return { code: 'UnknownField', path: [...path, field], why: 'is not a field here', ...withFix(fix) };
}

function wrongChoice(path: Path, given: unknown, allowed: readonly string[]): Finding {
  const fix = typeof given === 'string' ? suggest(given, allowed) : undefined;
  const names = allowed.map((name) => `\`${name}\``).join(', ');
  return {
    code: 'WrongValue',
    path,
    why: `must be one of ${names}`,
    ...withFix(fix),
  };
}

const typeNames = new Map([
  ['integer', 'a whole number'],
  ['string', 'a text'],
  ['object', 'a mapping'],
  ['array', 'a list'],
]);

function nameTypes(types: unknown): string {
  return [types]
    .flat()
    .map((type) => typeNames.get(String(type)))
    .join(' or ');
}

/** `max: 0.5` and `tier: 1`: what was meant is a text. */
function quoteFix(given: unknown, wanted: unknown): { fix?: string } {
  const isText = [wanted].flat().includes('string');
  return typeof given === 'number' && isText ? { fix: `write it in quotes: "${given}"` } : {};
}

function withFix(fix: string | undefined): { fix?: string } {
  return fix === undefined ? {} : { fix };
}

/** What the field is for says what may stand there. */
function formFix({ parentSchema }: ErrorObject): { fix?: string } {
  const description = String(parentSchema?.['description']);
  return { fix: description.charAt(0).toLowerCase() + description.slice(1).replace(/\.$/, '') };
}

/**
 * One mistake, one finding: a misspelled required field is unknown, and what it should have been is missing; a value
 * of the wrong type is not one of the allowed ones either.
 */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const misspelled = new Set(
    findings.flatMap(({ code, path, fix }) =>
      code === 'UnknownField' ? `${formatPath(path.slice(0, -1))} ${/`(.*)`/.exec(fix ?? '')?.[1]}` : [],
    ),
  );
  const places = new Set<string>();
  return findings.filter(({ code, path, why }) => {
    const place = formatPath(path);
    if (code === 'MissingField') return !misspelled.has(`${place} ${/`(.*)`/.exec(why)?.[1]}`);
    const isFirst = !places.has(place);
    places.add(place);
    return isFirst;
  });
}

/** A JSON Pointer as a path: digits are an index only in a list. */
function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return path;
}
