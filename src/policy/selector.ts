import type { Finding, Path } from './problem.ts';
import type { Selector } from './schema.ts';

export type Labels = ReadonlyMap<string, string>;
export type LabelTest = (labels: Labels) => boolean;

/** A label selector as Kubernetes reads it: an absent label satisfies NotIn and DoesNotExist. */
export function compileSelector(selector: Selector): LabelTest {
  const exact = Object.entries(selector.matchLabels ?? {});
  const tests = (selector.matchExpressions ?? []).map(compileRequirement);
  return (labels) =>
    exact.every(([key, value]) => labels.get(key) === value) && tests.every((test) => test(labels));
}

type Requirement = NonNullable<Selector['matchExpressions']>[number];

function compileRequirement({ key, operator, values = [] }: Requirement): LabelTest {
  const wanted = new Set(values);
  switch (operator) {
    case 'In':
      return (labels) => isAmong(wanted, labels.get(key));
    case 'NotIn':
      return (labels) => !isAmong(wanted, labels.get(key));
    case 'Exists':
      return (labels) => labels.has(key);
    case 'DoesNotExist':
      return (labels) => !labels.has(key);
  }
}

function isAmong(wanted: ReadonlySet<string>, value: string | undefined): boolean {
  return value !== undefined && wanted.has(value);
}

export function checkSelector(selector: Selector | undefined, path: Path): Finding[] {
  return (selector?.matchExpressions ?? []).flatMap(({ operator, values }, index): Finding[] => {
    const needsValues = operator === 'In' || operator === 'NotIn';
    if (needsValues === (values !== undefined)) return [];
    const why = needsValues ? `\`${operator}\` needs \`values\`` : `\`${operator}\` takes no \`values\``;
    return [{ code: 'WrongValue', path: [...path, 'matchExpressions', index], why }];
  });
}
