import { describe, expect, it } from 'vitest';
import { formatTable } from '../../../src/cli/table.ts';

const rows = [
  ['step', 'shop/checkout', 'admits [5 .. 15]'],
  ['range', 'checkout', 'admits [4 .. 40]'],
];

describe('formatTable', () => {
  it('aligns columns, indents rows and leaves no space at the end', () => {
    expect(formatTable(rows, { indent: 2 })).toBe(
      '  step   shop/checkout  admits [5 .. 15]\n  range  checkout       admits [4 .. 40]\n',
    );
    expect(
      formatTable([
        ['a', ''],
        ['bb', 'c'],
      ]),
    ).toBe('a\nbb  c\n');
  });

  it('cuts the last column first to the width of a terminal, and says so', () => {
    const cut = formatTable(rows, { columns: 36 });
    expect(cut).toBe('step   shop/checkout  admits [5 .. …\nrange  checkout       admits [4 .. …\n');
    for (const line of cut.split('\n')) expect(line.length).toBeLessThanOrEqual(36);
  });

  it('cuts the widest column where the last cannot give', () => {
    expect(formatTable([['x'.repeat(30), 'short']], { columns: 20 })).toBe('xxxxxxxxxxxx…  short\n');
    expect(formatTable([['x'.repeat(30), 'y'.repeat(30)]], { columns: 30 })).toBe(
      `${'x'.repeat(17)}…  ${'y'.repeat(9)}…\n`,
    );
  });

  it('cuts nothing where there is no terminal, and no column below what can be read', () => {
    const long = 'x'.repeat(500);
    expect(formatTable([[long]])).toBe(`${long}\n`);
    expect(formatTable([[long, long]], { columns: 5 })).toBe('xxxxxxxxx…  xxxxxxxxx…\n');
  });

  it('prints nothing of no rows', () => {
    expect(formatTable([])).toBe('');
  });

  it('lets no cell move the cursor or forge a line', () => {
    expect(formatTable([['a\u001b[2Jb\nc\u202ed', 'e']])).toBe('a?[2Jb?c?d  e\n');
  });
});
