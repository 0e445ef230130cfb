import picocolors from "picocolors";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { excerpt } from "./excerpt.ts";
import type { Excerpt } from "./excerpt.ts";
import type { Span } from "./source.ts";

export interface RenderOptions {
  readonly colour: boolean;
  /** Columns of the terminal; longer source lines are cut around what they mark. */
  readonly width?: number;
}

const defaultWidth = 110;

/** A diagnostic as text of several lines, without a line break at its end. */
export function render(diagnostic: Diagnostic, options: RenderOptions): string {
  const paint = paints(options.colour, diagnostic.severity);
  const { code, severity, message, span, label, notes } = diagnostic;
  const width = Math.max(20, (options.width ?? defaultWidth) - 8);
  const main = span && excerpt(span, width);
  const noted = notes.map((note) => ({ note, at: note.span && excerpt(note.span, width) }));
  const gutter = gutterOf([main, ...noted.map(({ at }) => at)]);
  const margin = " ".repeat(gutter + 1);

  const lines = [`${paint.mark(`${severity}[${code}]`)}${paint.strong(`: ${message}`)}`];
  if (span && main) lines.push(...excerptLines(span, main, gutter, label, "^", paint.mark, paint.line));
  const help = helpOf(diagnostic);
  if (main && (notes.length > 0 || help.length > 0)) lines.push(`${margin}${paint.line("│")}`);
  for (const { note, at } of noted) {
    lines.push(`${margin}${paint.line("=")} ${note.text}`);
    if (note.span && at)
      lines.push(...excerptLines(note.span, at, gutter, undefined, "-", paint.line, paint.line));
    for (const line of note.lines ?? []) lines.push(`${margin}    ${line}`);
  }
  for (const line of help) lines.push(`${margin}${paint.help("help:")} ${line}`);
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** All of them, a blank line between two, and how many they are. Empty for none. */
export function renderAll(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  if (diagnostics.length === 0) return "";
  const texts = diagnostics.map((diagnostic) => render(diagnostic, options));
  return [...texts, countLine(diagnostics)].join("\n\n");
}

/** `2 errors, 1 warning` */
export function countLine(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity): string[] => {
    const { length } = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
    return length === 0 ? [] : [`${length} ${severity}${length === 1 ? "" : "s"}`];
  };
  return [...count("error"), ...count("warning")].join(", ");
}

type Paint = (text: string) => string;

function paints(colour: boolean, severity: Severity): Record<"mark" | "strong" | "line" | "help", Paint> {
  const colours = picocolors.createColors(colour);
  const hue = severity === "error" ? colours.red : colours.yellow;
  return {
    mark: (text) => colours.bold(hue(text)),
    strong: colours.bold,
    line: colours.blue,
    help: colours.cyan,
  };
}

/** Columns of the largest line number. */
function gutterOf(excerpts: readonly (Excerpt | undefined)[]): number {
  const numbers = excerpts.flatMap((one) => one?.lines.map((line) => line.number ?? 0) ?? []);
  return String(Math.max(1, ...numbers)).length;
}

function excerptLines(
  span: Span,
  { position, lines }: Excerpt,
  gutter: number,
  label: string | undefined,
  underline: "^" | "-",
  paintMark: Paint,
  paintLine: Paint,
): string[] {
  const place = `${span.source.path}:${position.line}:${position.column}`;
  const result = [`${" ".repeat(gutter)}${paintLine("┌─")} ${place}`];
  const empty = " ".repeat(gutter);
  lines.forEach((line, index) => {
    const number = line.number === undefined ? empty : String(line.number).padStart(gutter);
    result.push(`${paintLine(`${number} │`)} ${line.text}`);
    if (!line.mark) return;
    const last = index === lines.length - 1;
    const mark = `${underline.repeat(line.mark.columns)}${last && label !== undefined ? ` ${label}` : ""}`;
    result.push(`${paintLine(`${empty} │`)} ${" ".repeat(line.mark.column)}${paintMark(mark)}`);
  });
  return result;
}

/** The help lines; without any, the title of the fix. */
function helpOf({ help, fix }: Diagnostic): readonly string[] {
  return fix && help.length === 0 ? [fix.title] : help;
}
