import type { Diagnostic } from "./diagnostic.ts";
import { positionOf } from "./source.ts";
import type { Position, Span } from "./source.ts";

interface JsonPlace extends Position {
  /** UTF-16 units from the beginning of the file. */
  readonly offset: number;
}

interface JsonSpan {
  readonly path: string;
  readonly start: JsonPlace;
  readonly end: JsonPlace;
}

/** What `--json` prints for a diagnostic; the same fields, with spans by path, line and column. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly span?: JsonSpan;
  readonly label?: string;
  readonly notes: readonly {
    readonly text: string;
    readonly span?: JsonSpan;
    readonly lines?: readonly string[];
  }[];
  readonly help: readonly string[];
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly { readonly span: JsonSpan; readonly text: string }[];
  };
}

export function toJson(diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, message, span, label, notes, help, fix } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(span && { span: jsonSpan(span) }),
    ...(label !== undefined && { label }),
    notes: notes.map((note) => ({
      text: note.text,
      ...(note.span && { span: jsonSpan(note.span) }),
      ...(note.lines && { lines: note.lines }),
    })),
    help,
    ...(fix && {
      fix: {
        title: fix.title,
        edits: fix.edits.map((edit) => ({ span: jsonSpan(edit.span), text: edit.text })),
      },
    }),
  };
}

function jsonSpan({ source, start, end }: Span): JsonSpan {
  const place = (offset: number): JsonPlace => ({ ...positionOf(source, offset), offset });
  return { path: source.path, start: place(start), end: place(end) };
}
