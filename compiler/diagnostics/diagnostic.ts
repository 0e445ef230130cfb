import type { Span } from "./source.ts";

export type Severity = "error" | "warning";

/** A further line under the excerpt; with a span it gets an excerpt of its own. `lines` are preformatted. */
export interface Note {
  readonly text: string;
  readonly span?: Span;
  readonly lines?: readonly string[];
}

/** A change of the source that a tool may apply as it stands. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** What a user is told. One cause gives one diagnostic; consequences of it are not reported again. */
export interface Diagnostic {
  /** `DLC1001`; never reused for another meaning. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Undefined only where no source is concerned (a missing file, say). */
  readonly span?: Span;
  /** Written beside the caret. */
  readonly label?: string;
  readonly notes: readonly Note[];
  readonly help: readonly string[];
  readonly fix?: Fix;
}
