import { expect } from "vitest";
import { positionOf } from "../../compiler/diagnostics/index.ts";
import type { Diagnostic, Source } from "../../compiler/diagnostics/index.ts";

/** What is tested: from a source to its diagnostics. `read` gives the text of another file beside it. */
export type Run = (source: Source, read: (path: string) => string | undefined) => readonly Diagnostic[];

/**
 * A line with a mark says what is expected of the line above it (the nearest one without a mark): carets
 * under the span, then the code, then, if wanted, a part of the message.
 *
 *     y[i] = x[i - 1] else 0
 *     //              ^^^^ DLC1009 put the guard in brackets
 *
 * The slashes may be left out, for spans that begin where they would stand. Marks are no part of the source.
 * A span of several lines is marked to the end of its first line; an empty one by a single caret.
 */
const mark = /^(\s*(?:\/\/)?\s*)(\^+) (DLC\d{4})(?: (.*))?$/;

interface Expected {
  readonly line: number;
  readonly column: number;
  readonly columns: number;
  readonly code: string;
  readonly part: string | undefined;
}

export function readAnnotated(annotated: string): {
  readonly text: string;
  readonly expected: readonly Expected[];
} {
  const lines: string[] = [];
  const expected: Expected[] = [];
  for (const line of annotated.split("\n")) {
    const [, indent, carets, code, part] = mark.exec(line) ?? [];
    if (indent === undefined || carets === undefined || code === undefined) {
      lines.push(line);
      continue;
    }
    expected.push({ line: lines.length, column: indent.length + 1, columns: carets.length, code, part });
  }
  return { text: lines.join("\n"), expected };
}

/** Holds a source's diagnostics, all of them, against its marks. Returns them. */
export function expectDiagnostics(
  annotated: string,
  run: Run,
  path = "test.dl",
  read: (path: string) => string | undefined = () => undefined,
): readonly Diagnostic[] {
  const { text, expected } = readAnnotated(annotated);
  const source = { path, text };
  const diagnostics = run(source, read);
  const found = diagnostics.map((diagnostic) => foundOf(text, diagnostic));
  const order = (a: Expected, b: Expected): number =>
    a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1);
  const wanted = [...expected].sort(order);
  const marked = [...found].sort(order).map((one, index) => {
    const part = wanted[index]?.part;
    return { ...one, part: part !== undefined && one.part?.includes(part) ? part : one.part };
  });
  expect(show(text, marked, wanted)).toEqual(show(text, wanted, wanted));
  return diagnostics;
}

function foundOf(text: string, { span, code, message }: Diagnostic): Expected {
  if (!span) return { line: 0, column: 1, columns: 1, code, part: message };
  const { line, column } = positionOf(span.source, span.start);
  const lineEnd = `${text}\n`.indexOf("\n", span.start);
  const columns = Math.max(1, Math.min(span.end, lineEnd) - span.start);
  return { line, column, columns, code, part: message };
}

/** The source with marks; messages only where one is expected, so that a failure reads as a difference of marks. */
function show(text: string, marks: readonly Expected[], wanted: readonly Expected[]): string {
  const lines = text.split("\n");
  return ["", ...lines]
    .flatMap((content, line) => [
      ...(line === 0 ? [] : [content]),
      ...marks.flatMap((one, index) => {
        if (one.line !== line) return [];
        const message = wanted[index]?.part === undefined ? "" : ` ${one.part ?? ""}`;
        return [`${" ".repeat(one.column - 1)}${"^".repeat(one.columns)} ${one.code}${message}`];
      }),
    ])
    .join("\n");
}
