/**
 * How characters stand in a terminal: East Asian wide and full-width ones and emoji take two columns,
 * combining marks none (Unicode Standard Annex 11).
 */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const narrow = /^[\u0020-\u024f]$/;
const mark = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns per tab; a tab is always this wide, so that carets need no tab stops. */
const tab = 2;

export interface Glyph {
  /** What is printed. */
  readonly text: string;
  readonly columns: number;
  /** Where it stands in the string, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** The glyphs of one line, with tabs as blanks and control characters as pictures. */
export function glyphs(line: string): readonly Glyph[] {
  const result: Glyph[] = [];
  for (const { segment, index } of graphemes.segment(line)) {
    const place = { start: index, end: index + segment.length };
    if (segment === "\t") result.push({ ...place, text: " ".repeat(tab), columns: tab });
    else if (narrow.test(segment)) result.push({ ...place, text: segment, columns: 1 });
    else if (/^[\0-\x1f\x7f]/.test(segment)) {
      result.push({ ...place, text: picture(segment), columns: segment.length });
    } else if (mark.test(segment)) result.push({ ...place, text: "", columns: 0 });
    else result.push({ ...place, text: segment, columns: wide.test(segment) ? 2 : 1 });
  }
  return result;
}

/** Control characters must not reach a terminal: each is shown as its picture (U+2400 onwards). */
function picture(segment: string): string {
  return Array.from(segment, (c) =>
    c === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0)),
  ).join("");
}
