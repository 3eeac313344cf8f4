/** To whom and to what a policy applies, in words: a guarantee holds under all of them, and says so. */
import type { CompiledPolicy } from '../compile.ts';
import type { ActorPattern, Match, Selector } from '../schema.ts';

/** One kind that a policy names. */
export type Resource = Match['resources'][number];

/** All must hold; equal texts are equal conditions. None: every request for objects of the kind. */
export function conditionsOf(policy: CompiledPolicy, resource: Resource): readonly string[] {
  const { match } = policy.source.value.spec;
  const { names, labels, actors, operations, when, namespaces, namespaceSelector } = match as Match;
  const places = policy.namespace === undefined ? namespaces : [policy.namespace];
  const doors = resource.subresources?.map((name) => (name === '' ? 'the object itself' : `/${name}`));
  return [
    ...listed('in namespace', places),
    ...(namespaceSelector === undefined ? [] : [`in namespaces with ${describeSelector(namespaceSelector)}`]),
    ...listed('named', names),
    ...(labels === undefined ? [] : [`with ${describeSelector(labels)}`]),
    ...listed('asked by', actors?.include?.map(describeActor)),
    ...listed('not asked by', actors?.exclude?.map(describeActor)),
    ...listed('through', doors),
    ...(operations === undefined ? [] : listed('on', operations)),
    ...(when === undefined ? [] : [`where \`when\` of ${policy.id} is true: ${JSON.stringify(when)}`]),
  ];
}

/** Whether one user alone can be meant: then what counts an actor's own movements counts all that are governed. */
export function hasOneActor({ source }: CompiledPolicy): boolean {
  const [only, ...others] = source.value.spec.match.actors?.include ?? [];
  const name = only?.user ?? only?.serviceAccount;
  return name !== undefined && others.length === 0 && !name.endsWith('*');
}

function listed(what: string, values: readonly string[] | undefined): string[] {
  return values === undefined ? [] : [`${what} ${[...new Set(values)].sort().join(' or ')}`];
}

function describeActor({ user, group, serviceAccount, fieldManager }: ActorPattern): string {
  const parts = [
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
    ...(serviceAccount === undefined ? [] : [`service account ${serviceAccount}`]),
    ...(fieldManager === undefined ? [] : [`field manager ${fieldManager}, which clients choose`]),
  ];
  return parts.join(' and ');
}

function describeSelector({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const exact = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) =>
    [key, operator, ...(values.length === 0 ? [] : [`(${values.join(', ')})`])].join(' '),
  );
  return `labels ${[...exact, ...others].join(', ')}`;
}
