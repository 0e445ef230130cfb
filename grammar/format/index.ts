import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../../compiler/diagnostics/source.ts";
import { parseTokens } from "../parse.ts";
import { alignColumns } from "./columns.ts";
import { linesOf } from "./lines.ts";
import type { Line } from "./lines.ts";
import { marksOf } from "./marks.ts";
import { piecesOf } from "./pieces.ts";
import { segmentsOf } from "./segments.ts";
import { rolesOf } from "./spacing.ts";

export type Formatted =
  | { readonly kind: "formatted"; readonly text: string }
  /** The source does not parse, and is left as it is. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

/**
 * The source in the house's layout: two blanks a level, a statement a line, at most 110 columns. Its author's
 * line breaks, columns and comments are kept where they stand; the tokens are the same, and so is the tree.
 */
export function format(source: Source): Formatted {
  const { file, tokens, comments, diagnostics } = parseTokens(source);
  const errors = diagnostics.filter(({ code, severity }) => severity === "error" && code !== "DLC1017");
  if (errors.length > 0) return { kind: "refused", diagnostics };
  const pieces = piecesOf(source.text, tokens, comments);
  const roles = rolesOf(pieces);
  const context = {
    marks: marksOf(file),
    roles: new Map(pieces.map((piece, index) => [piece, roles[index]])),
  };
  const lines = segmentsOf(file, pieces).flatMap((segment) => linesOf(segment, context));
  alignColumns(lines);
  return { kind: "formatted", text: lines.map(textOf).join("") };
}

function textOf(line: Line): string {
  let text = "";
  for (const { piece, column } of line.cells) text = text.padEnd(column) + piece.text;
  return `${line.blankBefore ? "\n" : ""}${text}\n`;
}
