import type { TokenType } from "chevrotain";
import { isCategory, Additive, Comparison, Multiplicative, Sign, Word } from "../tokens.ts";
import type { Marks } from "./marks.ts";
import type { Piece } from "./pieces.ts";
import { opensBlock } from "./segments.ts";
import type { Segment } from "./segments.ts";
import { closers, gapBetween, openers } from "./spacing.ts";
import type { Role } from "./spacing.ts";

export const width = 110;
const step = 2;

export interface Cell {
  readonly piece: Piece;
  /** Blanks before it by the rules of spacing. */
  readonly gap: number;
  column: number;
}

export interface Line {
  readonly cells: Cell[];
  /** The piece under whose column this line begins, where it stands under one. */
  readonly anchor: Cell | undefined;
  readonly blankBefore: boolean;
}

export interface Context {
  readonly marks: Marks;
  readonly roles: ReadonlyMap<Piece, Role>;
}

/** The lines of a segment: its author's breaks, and further ones where a line is too long. */
export function linesOf(segment: Segment, context: Context): readonly Line[] {
  const plan = planOf(segment, context);
  let lines = plan.place();
  if (segment.otherwise && (lines.length > 1 || lines.some(tooLong))) {
    return segment.otherwise.flatMap((part, index) =>
      linesOf(index === 0 ? { ...part, blankBefore: segment.blankBefore } : part, context),
    );
  }
  while (plan.breakFurther(lines)) lines = plan.place();
  return lines;
}

/** A comment at the end of a line may run over. */
function tooLong(line: Line): boolean {
  const last = line.cells.findLast(({ piece }) => piece.type !== undefined);
  return last !== undefined && last.column + last.piece.text.length > width;
}

interface Bracket {
  /** The first piece in it, if that stands on the line of the bracket. */
  content: Cell | undefined;
  readonly indent: number;
}

/** Breaks chosen for one segment: `hard` ones always hold, `fill` ones where the next stretch does not fit. */
function planOf(segment: Segment, context: Context) {
  const { pieces, joints } = segment;
  const { roles, marks } = context;
  const hard = new Set<number>();
  const fill = new Set<number>();
  const gaps = pieces.map((piece, index) => {
    const before = pieces[index - 1];
    if (!before) return 0;
    if (joints.includes(index)) return 2;
    return gapBetween(before, roles.get(before), piece, roles.get(piece), marks.apart.has(piece.start));
  });
  let depth = 0;
  const depths = pieces.map(({ type }) => {
    if (type && isCloser(type)) depth -= 1;
    const own = depth;
    if (type && isOpener(type)) depth += 1;
    return own;
  });

  function place(): Line[] {
    const { level, blankBefore } = segment;
    const base = level * step;
    const lines: Line[] = [];
    const brackets: Bracket[] = [];
    let column = base;
    let indent = base;
    let facts: Cell | undefined;
    let afterWhere = false;
    pieces.forEach((piece, index) => {
      const { type } = piece;
      if (type && (closers.has(type) || type === Sign.closeCurly) && brackets.length > 0) {
        const closed = brackets.at(-1);
        if (closed && breaksBefore(index, column, lines.length)) closed.content = undefined;
      }
      let cell: Cell;
      if (index === 0 || breaksBefore(index, column, lines.length)) {
        const place = indentation(index, base, brackets, facts, lines);
        indent = place.column;
        cell = { piece, gap: 0, column: indent };
        lines.push({ cells: [cell], anchor: place.anchor, blankBefore: index === 0 && blankBefore });
      } else {
        const gap = gaps[index] ?? 0;
        cell = { piece, gap, column: column + gap };
        lines.at(-1)?.cells.push(cell);
        const open = brackets.at(-1);
        const before = pieces[index - 1]?.type;
        if (type && open && before && isOpener(before)) open.content = cell;
      }
      column = cell.column + piece.text.length;
      if (!type) return;
      if (afterWhere) facts = cell;
      afterWhere = type === Word.where && brackets.length === 0 && lines.at(-1)?.cells.length === 1;
      if (isOpener(type)) brackets.push({ content: undefined, indent });
      if (isCloser(type)) brackets.pop();
    });
    return lines;
  }

  /** Adds breaks to the lines that are too long; false where none is or nothing more can be done. */
  function breakFurther(lines: readonly Line[]): boolean {
    let found = false;
    let first = 0;
    for (const line of lines) {
      if (tooLong(line) && breakLine(first, line.cells.length)) found = true;
      first += line.cells.length;
    }
    return found;
  }

  function breakLine(first: number, count: number): boolean {
    let best = Infinity;
    let places: number[] = [];
    for (let index = first + 1; index < first + count; index += 1) {
      const rank = rankOf(index);
      if (rank === undefined || fill.has(index) || hard.has(index)) continue;
      const cost = (depths[index] ?? 0) * 100 + rank;
      if (cost < best) {
        best = cost;
        places = [];
      }
      if (cost === best) places.push(index);
    }
    for (const index of places) (best % 100 < fillsFrom ? hard : fill).add(index);
    return places.length > 0;
  }

  /** How well a line breaks before a piece, 0 best; undefined where it may not. */
  function rankOf(index: number): number | undefined {
    const piece = pieces[index];
    const before = pieces[index - 1];
    if (!piece?.type || !before?.type || joints.includes(index)) return undefined;
    const { type } = piece;
    const inside = depths[index] ?? 0;
    if (type === Word.where && inside === 0) return 0;
    if (type === Sign.arrow) return 1;
    if (marks.laterList.has(piece.start)) return 2;
    if (type === Sign.pipe) return 3;
    if ((gaps[index] ?? 0) === 0) return undefined;
    if (before.type === Sign.comma) return fillsFrom;
    if (type === Word.then || type === Word.else) return 11;
    if (type === Word.or || type === Word.and) return 12;
    if (isCategory(type, Comparison)) return 13;
    if (roles.get(piece) === "binary" && isCategory(type, Additive)) return 14;
    if (marks.body.has(piece.start)) return 15;
    if (roles.get(piece) === "binary" && isCategory(type, Multiplicative)) return 16;
    if (before.type === Sign.is || before.type === Sign.tilde) return 17;
    return undefined;
  }

  function breaksBefore(index: number, column: number, lineCount: number): boolean {
    const piece = pieces[index];
    const before = pieces[index - 1];
    if (!piece || !before) return false;
    if (!before.type) return true;
    if (!piece.type) return piece.breaks > 0;
    if (opensBlock(segment, index)) return lineCount > 1;
    if (joints.includes(index)) return false;
    if (hard.has(index)) return true;
    if (piece.breaks > 0) {
      const free = (gaps[index] ?? 0) > 0 || isOpener(before.type) || isCloser(piece.type);
      if (free || marks.laterList.has(piece.start)) return true;
    }
    return fill.has(index) && !fits(index, column);
  }

  /** Whether everything up to the next place for a break fits on the line. */
  function fits(index: number, column: number): boolean {
    let end = column;
    for (let at = index; at < pieces.length; at += 1) {
      const piece = pieces[at];
      if (!piece?.type) break;
      if (at > index && (fill.has(at) || hard.has(at) || breaksBefore(at, -Infinity, 1))) break;
      end += (gaps[at] ?? 0) + piece.text.length;
      if (end > width) return false;
    }
    return true;
  }

  function indentation(
    index: number,
    base: number,
    brackets: readonly Bracket[],
    facts: Cell | undefined,
    lines: readonly Line[],
  ): { readonly column: number; readonly anchor: Cell | undefined } {
    const under = (anchor: Cell) => ({ column: anchor.column, anchor });
    const at = (column: number) => ({ column, anchor: undefined });
    if (index === 0) return at(base);
    let target = index;
    while (target < pieces.length - 1 && !pieces[target]?.type) target += 1;
    const piece = pieces[target];
    const type = piece?.type;
    const open = brackets.at(-1);
    if (open) {
      if (type && isCloser(type)) return at(open.indent);
      return open.content ? under(open.content) : at(open.indent + step);
    }
    if (!piece || !type) return at(base + 2 * step);
    if (opensBlock(segment, target)) return at(base);
    if (type === Sign.pipe || marks.laterList.has(piece.start)) {
      // What the author has put under the first of its kind, where that stands behind something.
      const pipe = type === Sign.pipe;
      const above = lines
        .flatMap((line) => line.cells.slice(1))
        .find(({ piece: other }) => {
          if (other.column !== piece.column || other.line >= piece.line || other.breaks > 0) return false;
          return pipe ? other.type === Sign.pipe : marks.firstList.has(other.start);
        });
      if (above) return under(above);
    }
    if (type === Sign.pipe || type === Word.where || type === Word.then || type === Word.else)
      return at(base + step);
    return facts ? under(facts) : at(base + 2 * step);
  }

  return { place, breakFurther };
}

/** Ranks below are taken all at once, those from here on as far as a line is filled. */
const fillsFrom = 10;

function isOpener(type: TokenType): boolean {
  return openers.has(type) || type === Sign.openCurly;
}

function isCloser(type: TokenType): boolean {
  return closers.has(type) || type === Sign.closeCurly;
}
