/** Tables of aligned text. */
import { visible } from './visible.ts';

export interface TableSettings {
  /** Spaces before each row. */
  readonly indent?: number;
  /** The terminal's width, where rows may be cut to it. */
  readonly columns?: number | undefined;
}

const gap = 2;
/** Below this a column says nothing, and a wrapped row is better. */
const narrowest = 10;
const ellipsis = '…';

/** Rows of equally many cells, the first being the titles if there are any. Ends with a newline; empty where no rows. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { indent = 0, columns }: TableSettings = {},
): string {
  const cells = rows.map((row) => row.map(visible));
  const widths = shrink(widthsOf(cells), columns === undefined ? undefined : columns - indent);
  const lines = cells.map((row) => {
    const padded = row.map((cell, index) => cut(cell, widths[index] ?? 0).padEnd(widths[index] ?? 0));
    return `${' '.repeat(indent)}${padded.join(' '.repeat(gap))}`.trimEnd();
  });
  return lines.map((line) => `${line}\n`).join('');
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return widths;
}

/** Takes from the widest column, again and again, until the row fits or no column can give. */
function shrink(widths: readonly number[], columns: number | undefined): number[] {
  const fitted = [...widths];
  if (columns === undefined) return fitted;
  const total = (): number =>
    fitted.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, fitted.length - 1);
  for (let widest = Math.max(...fitted); total() > columns && widest > narrowest; ) {
    fitted[fitted.lastIndexOf(widest)] = widest - 1;
    widest = Math.max(...fitted);
  }
  return fitted;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - ellipsis.length)}${ellipsis}`;
}
