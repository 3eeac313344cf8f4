/** Proofs for a person: what holds, under which conditions, and what does not. */
import type { Proof } from '../../policy/prove.ts';
import type { Output } from '../output.ts';
import { formatTable } from '../table.ts';
import { visible } from '../visible.ts';
import { type ProofData, type TravelData, toData } from './data.ts';

type Screen = Pick<Output, 'style'>;

const scope = `At worst: whatever is asked, and by however many, no sequence of requests gets further.
It holds for a value that lies in its range, and in every other hard bound, while governed requests alone move it;
what they move is counted when they are decided.`;

export function formatText(proofs: readonly Proof[], screen: Screen): string {
  if (proofs.length === 0) return 'nothing is bounded: no guard has a rule for a parameter of its kinds';
  const blocks = merge(proofs.map(toData)).map(({ body, members }) => {
    const [first] = members;
    const title = screen.style('bold', visible(`${first?.kind}: ${members.map(nameOf).join(', ')}`));
    return `${title}\n${body}\n`;
  });
  return `${blocks.join('')}${scope}`;
}

function nameOf({ parameter }: ProofData): string {
  return parameter;
}

interface Block {
  readonly body: string;
  readonly members: readonly ProofData[];
}

/** Parameters of one kind of which the same holds are told together. */
function merge(all: readonly ProofData[]): readonly Block[] {
  const groups = new Map<string, Block>();
  for (const data of all) {
    const body = formatBody(data);
    const key = `${data.kind}\n${body}`;
    const known = groups.get(key) ?? { body, members: [] };
    groups.set(key, { body, members: [...known.members, data] });
  }
  return [...groups.values()];
}

function formatBody(data: ProofData): string {
  const { conditions, policies, notBounded, provisos } = data;
  const rows = [
    ...conditions.map((condition, index) => [index === 0 ? 'if' : 'and', condition]),
    ['by', policies.length === 0 ? 'no policy that enforces' : policies.join(', ')],
    ...claimRows(data),
    ...notBounded.map((one) => {
      const [what = '', how = ''] = one.split(': ');
      return [what, how];
    }),
    ...provisos.map((proviso) => ['but', proviso]),
  ];
  return `${formatTable(rows, { indent: 2 })}${formatWindows(data)}`;
}

function claimRows({ value, oneChange, windows, climb, fall }: ProofData): string[][] {
  if (windows.at(-1)?.changes === 0) return [['value', 'never changes']];
  return [
    ...valueRows(value),
    ...(oneChange === null ? [] : changeRow(oneChange)),
    ...travelRows('climb', climb),
    ...travelRows('fall', fall),
  ];
}

function valueRows(value: ProofData['value']): string[][] {
  if ('allowed' in value)
    return value.allowed === 'any' ? [] : [['value', `one of ${value.allowed.join(', ')}`]];
  const { min, max } = value;
  if (min === null && max === null) return [];
  if (min !== null && max !== null) return [['value', `${min}..${max}`]];
  return [['value', min === null ? `at most ${max}` : `at least ${min}`]];
}

function changeRow({ increase, decrease }: NonNullable<ProofData['oneChange']>): string[][] {
  const sides = [
    ...(increase === null ? [] : [`+${increase}`]),
    ...(decrease === null ? [] : [`-${decrease}`]),
  ];
  return sides.length === 0 ? [] : [['one change', `at most ${sides.join(', ')}`]];
}

function travelRows(what: string, travel: TravelData | null): string[][] {
  if (travel === null) return [];
  const { from, to, noSoonerThan, changes } = travel;
  const count = changes === 1 ? '1 change' : `${changes} changes`;
  return [[what, `${from} to ${to}: no fewer than ${count}, no sooner than ${noSoonerThan}`]];
}

/** Only windows of which something is known, and columns that a choice has. */
function formatWindows({ windows, oneChange }: ProofData): string {
  const isChoice = oneChange === null;
  const known = windows.filter(
    ({ change, net, changes, reversals }) =>
      changes !== 0 && [change, net, changes, reversals].some((one) => one !== null),
  );
  if (known.length === 0) return '';
  const shown = (bound: string | number | null): string => (bound === null ? 'any' : `${bound}`);
  const rows = known.map(({ within, change, net, changes, reversals }) => {
    const sizes = isChoice ? [] : [shown(change), shown(net)];
    return [within, ...sizes, shown(changes), ...(isChoice ? [] : [shown(reversals)])];
  });
  const sizes = isChoice ? [] : ['CHANGE', 'NET'];
  const titles = ['IN ANY', ...sizes, 'CHANGES', ...(isChoice ? [] : ['REVERSALS'])];
  return formatTable([titles, ...rows], { indent: 2 });
}
