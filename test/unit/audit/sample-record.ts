import type { DecisionRecord } from '../../../src/audit/record.ts';

export function recordOf(traits: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: 'Decision',
    id: 'd-1',
    time: '1970-01-01T00:00:00.000Z',
    outcome: 'admit',
    allowed: true,
    target: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', subresource: '' },
    actor: { user: 'tuner', groups: [] },
    operation: 'UPDATE',
    dryRun: false,
    baseResourceVersion: '1',
    policySet: 'f00d',
    seen: 'validate',
    verdicts: [],
    errors: [],
    facts: {},
    explanation: [],
    ...traits,
  };
}
