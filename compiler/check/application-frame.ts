import type { Span } from "../diagnostics/source.ts";

/** Who applied the declaration that is being checked, up to the entry of the model. */
export interface ApplicationFrame {
  readonly name: string;
  readonly span: Span;
  readonly outer: ApplicationFrame | undefined;
}
