/** Everything that `admit` needs, in memory, and what it was told. */
import { admit, type Ports } from '../../../src/admit.ts';
import { Pending } from '../../../src/audit/join.ts';
import type { DecisionRecord } from '../../../src/audit/record.ts';
import { StandingProposals } from '../../../src/audit/standing.ts';
import type { Guard } from '../../../src/core/guard.ts';
import { noHistory } from '../../../src/core/history.ts';
import type { Exemption } from '../../../src/exemption.ts';
import type { PolicySet } from '../../../src/policy/set.ts';
import type { AdmissionResponse } from '../../../src/webhook/answer.ts';

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
    readHistory: () => noHistory,
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
    placeHold: () => undefined,
    onUnheld: () => undefined,
    propose: () => undefined,
    ...traits,
  };
  return { ports, heard };
}

/** Where nothing is charged, nothing waits. */
export function admitNow(...args: Parameters<typeof admit>): AdmissionResponse {
  const answer = admit(...args);
  if (answer instanceof Promise) throw new Error('nothing is charged here');
  return answer;
}
