import { describe, expect, it } from 'vitest';
import { toData } from '../../../src/cli/prove/data.ts';
import { formatText } from '../../../src/cli/prove/text.ts';
import { loadFolder } from '../../../src/policy/load.ts';
import { provePolicies } from '../../../src/policy/prove.ts';
import { expectGolden } from './golden.ts';

const plain = { style: (_: string, text: string) => text };
const root = new URL('../../../policies/', import.meta.url).pathname;
const prove = (folder: string) => provePolicies(loadFolder(`${root}${folder}`), 0);

describe('what is proved, for people', () => {
  it.each(['', 'rl-hpa-target', 'hpa-bounds'])('of the starter policies: %s', (folder) => {
    const name = folder === '' ? 'prove.txt' : `prove-${folder}.txt`;
    expectGolden(name, formatText(prove(folder), plain));
  });

  it('says so where nothing is bounded', () => {
    expect(formatText([], plain)).toBe(
      'nothing is bounded: no guard has a rule for a parameter of its kinds',
    );
  });

  it('lets no policy forge a line', () => {
    const [proof] = prove('rl-hpa-target');
    if (proof === undefined) throw new Error('a proof expected');
    const forged = { ...proof, parameter: 'a\nb', conditions: ['c\u001b[2Kd'], provisos: ['e\rf'] };
    const text = formatText([forged], plain);
    expect(text).toContain('a?b');
    expect(text).toContain('c?[2Kd');
    expect(text).toContain('e?f');
  });
});

describe('what is proved, for programs', () => {
  it('is null where it is not bounded', () => {
    const [data] = prove('hpa-bounds').map(toData);
    expect(data).toMatchObject({
      kind: 'HorizontalPodAutoscaler.autoscaling',
      parameter: 'hpa.maxReplicas',
      value: { min: '1', max: '200' },
      oneChange: { increase: '100', decrease: '100' },
      windows: [{ within: '1d', change: null, net: '199', changes: null, reversals: null }],
      climb: { from: '1', to: '200', noSoonerThan: '0s', changes: 8 },
      notBounded: ['frequency: not bounded', 'oscillation: not bounded'],
    });
  });

  it('has counts as texts where a number would not be exact', () => {
    const [proof] = prove('rl-hpa-target');
    if (proof === undefined) throw new Error('a proof expected');
    const [window] = proof.claims.windows;
    if (window === undefined) throw new Error('a window expected');
    const claims = { ...proof.claims, windows: [{ ...window, changes: 2n ** 60n }] };
    expect(toData({ ...proof, claims }).windows[0]?.changes).toBe('1152921504606846976');
  });
});
