import { anchorAnnotation } from './anchor.ts';
import { catalogue } from './catalogue.ts';
import type { Definition, Kind } from './kind.ts';

const heading = `# Parameters

The knobs that Flyball knows by name, as policies write them. Generated from \`src/catalogue\`; do not edit.

- **type**: how values are written. integer \`4\`, quantity \`500m\`, percent \`70%\`, duration \`30s\` or seconds, choice text.
- **capacity**: what a higher value means for the service: more, less, or none.
- **integration**: parametric (a threshold), restrictive (a bound) or substitutive (direct actuation).
- An instance stands in brackets: \`containers[web].requests.cpu\`. Without it a pattern covers all instances; \`hpa.*\`
  covers everything below.
- An absent number is no value; an absent choice is the choice \`(none)\`. \`exists\` is \`present\` or \`absent\`.
- Further instances of one identity are numbered: \`hpa.metrics.cpu[#2].averageUtilization\`.
`;

/** The text of `docs/parameters.md`: what workloads share is listed once. */
export function renderParameters(): string {
  const shared = sharedDefinitions();
  const own = catalogue.map((kind) =>
    section(
      titleOf(kind),
      doorsOf(kind),
      kind.definitions.filter(({ name }) => !shared.has(name)),
    ),
  );
  const template = section('Pods and pod templates', 'Of a Pod, a Deployment and a StatefulSet alike.', [
    ...shared.values(),
  ]);
  const anchors = section('Any kind', 'Beside the parameters that policies define by path.', [
    anchorAnnotation,
  ]);
  return [heading, ...own, template, anchors].join('\n');
}

function sharedDefinitions(): ReadonlyMap<string, Definition> {
  const counts = new Map<string, number>();
  const all = catalogue.flatMap(({ definitions }) => definitions);
  for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    all.filter(({ name }) => (counts.get(name) ?? 0) > 1).map((definition) => [definition.name, definition]),
  );
}

function titleOf({ group, kind }: Kind): string {
  return group === '' ? kind : `${kind} (${group})`;
}

function doorsOf({ doors, couplings }: Kind): string {
  const names = doors.map(({ resource, subresource }) =>
    subresource === '' ? `\`${resource}\`` : `\`${resource}/${subresource}\``,
  );
  const rules = couplings.map(({ text }) => `\`${text}\``);
  const required = rules.length === 0 ? '' : `\n\nKept when a value is clamped: ${rules.join(', ')}.`;
  return `Changed through ${names.join(', ')}.${required}`;
}

function section(title: string, text: string, definitions: readonly Definition[]): string {
  if (definitions.length === 0) return `## ${title}\n\n${text}\n`;
  const rows = definitions.map(
    ({ name, type, capacity, integration, description }) =>
      `| \`${name}\` | ${type} | ${capacity} | ${integration} | ${description} |`,
  );
  const table = ['| parameter | type | capacity | integration | meaning |', '|---|---|---|---|---|', ...rows];
  return `## ${title}\n\n${text}\n\n${table.join('\n')}\n`;
}
