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

/** Takes from the last column, which is where details are, then from the widest, until the row fits or none can give. */
function shrink(widths: readonly number[], columns: number | undefined): number[] {
  const shrunk = [...widths];
  if (columns === undefined) return shrunk;
  const excess = (): number =>
    shrunk.reduce((sum, width) => sum + width, gap * (shrunk.length - 1)) - columns;
  const take = (index: number, count: number): void => {
    shrunk[index] = Math.max(Math.min(shrunk[index] ?? 0, narrowest), (shrunk[index] ?? 0) - count);
  };
  take(shrunk.length - 1, Math.max(0, excess()));
  for (let widest = Math.max(...shrunk); excess() > 0 && widest > narrowest; widest = Math.max(...shrunk))
    take(shrunk.lastIndexOf(widest), 1);
  return shrunk;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - ellipsis.length)}${ellipsis}`;
}
