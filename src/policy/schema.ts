/** The one source of every document's form: types, validation, editor schema and CRDs all come from here. */
import { casesFile } from './schema/cases.ts';
import { type ExceptionDocument, guardrailException } from './schema/exception.ts';
import { clusterGuardrailPolicy, guardrailPolicy, type PolicyDocument } from './schema/policy.ts';

export type { BudgetSpec } from './schema/budget.ts';
export type { Logic } from './schema/build.ts';
export type { CaseSpec, CasesFile, Expectation, PastSpec, StepSpec } from './schema/cases.ts';
export type { ExceptionDocument, ExceptionSpec } from './schema/exception.ts';
export type { ExceptionGuardSpec, GuardSpec, RuleSpecs } from './schema/guard.ts';
export type { ActorPattern, Match, Selector } from './schema/match.ts';
export type { ParameterSpec, PolicyDocument, PolicySpec } from './schema/policy.ts';
export { apiVersion } from './schema/policy.ts';

export type AnyDocument = PolicyDocument | ExceptionDocument;

export const documentSchemas = {
  GuardrailPolicy: guardrailPolicy,
  ClusterGuardrailPolicy: clusterGuardrailPolicy,
  GuardrailException: guardrailException,
} as const;

export type DocumentKind = keyof typeof documentSchemas;

export const documentKinds = Object.keys(documentSchemas) as readonly DocumentKind[];

export { casesFile };
