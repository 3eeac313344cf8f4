/** Everything that `admit` needs, in memory, and what it was told. */
import type { Ports } from '../../../src/admit.ts';
import { Pending } from '../../../src/audit/join.ts';
import type { DecisionRecord } from '../../../src/audit/record.ts';
import { StandingProposals } from '../../../src/audit/standing.ts';
import type { Guard } from '../../../src/core/guard.ts';
import type { Exemption } from '../../../src/exemption.ts';
import type { PolicySet } from '../../../src/policy/set.ts';

/** Selects all of its guards for every request. */
export function policiesOf(guards: readonly Guard[]): PolicySet {
  return { hash: 'f00d', size: guards.length, select: () => ({ guards, parameters: [], errors: [] }) };
}

export interface Heard {
  readonly records: DecisionRecord[];
  readonly exempted: Exemption[];
  readonly faults: unknown[];
  standing: number;
}

export function portsOf(
  guards: readonly Guard[],
  traits: Partial<Ports> = {},
): { readonly ports: Ports; readonly heard: Heard } {
  const heard: Heard = { records: [], exempted: [], faults: [], standing: 0 };
  const ports: Ports = {
    readPolicies: () => policiesOf(guards),
    readLabels: () => undefined,
    readNamespaceLabels: () => undefined,
    readNow: Date.now,
    exemptions: {
      namespaces: new Set(['kube-system', 'flyball-system']),
      breakGlassGroups: new Set(['break-glass']),
      governHpaController: false,
    },
    pending: new Pending((record) => heard.records.push(record)),
    standing: new StandingProposals(),
    record: (record) => heard.records.push(record),
    onExempted: (exemption) => heard.exempted.push(exemption),
    onStanding: () => {
      heard.standing += 1;
    },
    onFault: (error) => heard.faults.push(error),
    ...traits,
  };
  return { ports, heard };
}
