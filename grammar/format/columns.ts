import { width } from "./lines.ts";
import type { Cell, Line } from "./lines.ts";

/**
 * Keeps columns that the author has made: tokens of one kind that stand under one another in the source,
 * on lines without a blank line between, at least one of them set off by more blanks than it needs. What
 * stands in no such column is set off by its plain gap. Columns that would make a line too long are given up.
 */
export function alignColumns(lines: readonly Line[]): void {
  const hanging = new Map<Cell, Line[]>();
  for (const line of lines) {
    if (line.anchor) hanging.set(line.anchor, [...(hanging.get(line.anchor) ?? []), line]);
  }
  /** Moves the cells of a line from one on, and with each the lines that stand under it. */
  const shift = (line: Line, from: number, by: number): void => {
    for (const cell of line.cells.slice(from)) {
      cell.column += by;
      for (const below of hanging.get(cell) ?? []) shift(below, 0, by);
    }
  };
  for (const group of columnsOf(lines)) {
    const target = Math.max(...group.map(({ cell }) => cell.column));
    const fits = group.every(
      ({ cell, line }) => endOf(line) + target - cell.column <= width || !cell.piece.type,
    );
    if (!fits) continue;
    for (const { cell, line } of group) {
      if (cell.column < target) shift(line, line.cells.indexOf(cell), target - cell.column);
    }
  }
}

interface Member {
  readonly cell: Cell;
  readonly line: Line;
}

function columnsOf(lines: readonly Line[]): readonly Member[][] {
  const groups: Member[][] = [];
  let above = new Map<string, Member[]>();
  let previous: Line | undefined;
  for (const line of lines) {
    const here = new Map<string, Member[]>();
    for (const cell of line.cells.slice(1)) {
      if (cell.gap === 0 || cell.piece.breaks > 0) continue;
      const key = `${cell.piece.type?.name ?? "comment"} ${cell.piece.column}`;
      const upper = line.blankBefore ? undefined : above.get(key);
      const last = upper?.at(-1);
      const joins =
        last?.cell.piece.line === cell.piece.line - 1 && previous && shiftAlike(last.cell, previous, line);
      const group = joins && upper ? upper : [];
      if (group.length === 0) groups.push(group);
      group.push({ cell, line });
      here.set(key, group);
    }
    above = here;
    previous = line;
  }
  const made = (group: Member[]): boolean =>
    group.length > 1 && group.some(({ cell }) => cell.piece.blanks > Math.max(1, cell.gap));
  const column = (group: Member[]): number => group[0]?.cell.piece.column ?? 0;
  return groups.filter(made).sort((a, b) => column(a) - column(b));
}

function endOf(line: Line): number {
  const last = line.cells.findLast(({ piece }) => piece.type !== undefined);
  return last ? last.column + last.piece.text.length : 0;
}

/** Whether what shifts one of two lines shifts the other: they stand under one cell, or one under the other. */
function shiftAlike(cell: Cell, line: Line, below: Line): boolean {
  if (line.anchor === below.anchor) return true;
  return below.anchor !== undefined && line.cells.includes(below.anchor) && below.anchor.column < cell.column;
}
