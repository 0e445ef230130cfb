import { glyphs } from "./display-width.ts";
import type { Glyph } from "./display-width.ts";
import { positionOf } from "./source.ts";
import type { Position, Span } from "./source.ts";

/** One line of a source with what is marked in it, in columns of a terminal. */
export interface ExcerptLine {
  /** From 1; undefined for lines that are left out. */
  readonly number: number | undefined;
  readonly text: string;
  /** First column and number of columns of the mark. */
  readonly mark: { readonly column: number; readonly columns: number } | undefined;
}

export interface Excerpt {
  readonly position: Position;
  readonly lines: readonly ExcerptLine[];
}

/** Of a longer span, this many lines are shown from its beginning, and as many less one from its end. */
const shownEnds = 3;

/** The lines of a span, each cut to `width` columns around what is marked. */
export function excerpt(span: Span, width: number): Excerpt {
  const { start, end } = visibleSpan(span);
  const { text } = span.source;
  const position = positionOf(span.source, start);
  const first = text.lastIndexOf("\n", start - 1) + 1;
  const all: { number: number; from: number; line: string }[] = [];
  for (let from = first, number = position.line; ; number += 1) {
    const newline = text.indexOf("\n", from);
    const to = newline === -1 ? text.length : newline;
    all.push({ number, from, line: text.slice(from, to).replace(/\r$/, "") });
    if (newline === -1 || end <= to + 1) break;
    from = to + 1;
  }
  const lines: ExcerptLine[] = [];
  all.forEach(({ number, from, line }, index) => {
    const hidden = all.length > 2 * shownEnds && index >= shownEnds && index < all.length - shownEnds + 1;
    if (hidden) {
      if (index === shownEnds) lines.push({ number: undefined, text: "⋯", mark: undefined });
      return;
    }
    const indent = line.length - line.trimStart().length;
    const markFrom = index === 0 ? start - from : indent;
    const markTo = Math.min(end - from, line.trimEnd().length);
    lines.push({ number, ...cut(glyphs(line), markFrom, Math.max(markFrom, markTo), width) });
  });
  return { position, lines };
}

/** A span at or behind the end of the text is moved to the end of the last line that has text. */
function visibleSpan(span: Span): { readonly start: number; readonly end: number } {
  const { text } = span.source;
  const start = Math.min(span.start, text.length);
  const end = Math.max(start, Math.min(span.end, text.length));
  if (start < text.length || text.trimEnd() === "") return { start, end };
  const last = text.trimEnd().length;
  return { start: last, end: last };
}

/** A line's text and mark; where it is too long, a window around the mark with `…` at its ends. */
function cut(
  line: readonly Glyph[],
  from: number,
  to: number,
  width: number,
): Pick<ExcerptLine, "text" | "mark"> {
  const columnOf = (offset: number): number =>
    line.reduce((sum, glyph) => (glyph.end <= offset ? sum + glyph.columns : sum), 0);
  const total = line.reduce((sum, glyph) => sum + glyph.columns, 0);
  const markStart = columnOf(from);
  const markColumns = Math.max(1, columnOf(to) - markStart);
  if (total <= width) {
    const text = line.map((glyph) => glyph.text).join("");
    return { text, mark: { column: markStart, columns: markColumns } };
  }
  // The mark stands in the middle where it fits, else its beginning a quarter from the left.
  const inner = Math.max(8, width - 2);
  const before = markColumns < inner ? Math.floor((inner - markColumns) / 2) : Math.floor(inner / 4);
  const windowStart = Math.max(0, Math.min(markStart - before, total - inner));
  let text = "";
  let column = 0;
  let shown: number | undefined;
  let end = windowStart;
  for (const glyph of line) {
    if (column >= windowStart && column + glyph.columns <= windowStart + inner) {
      shown ??= column;
      text += glyph.text;
      end = column + glyph.columns;
    }
    column += glyph.columns;
  }
  const left = (shown ?? windowStart) > 0 ? "…" : "";
  const right = end < total ? "…" : "";
  const markColumn = markStart - (shown ?? windowStart) + left.length;
  const columns = Math.max(1, Math.min(markColumns, end - markStart));
  return { text: `${left}${text}${right}`, mark: { column: markColumn, columns } };
}
