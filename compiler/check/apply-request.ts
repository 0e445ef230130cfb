import type { Span } from "../diagnostics/source.ts";
import type { Context, Value } from "./checker-types.ts";

export interface ApplyRequest {
  readonly callee: Value;
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, { readonly value: Value; readonly span: Span }>;
  readonly context: Context;
  /** The call or the stage. */
  readonly span: Span;
  /** As messages call it: `conv1`, `maxPool2d`. */
  readonly name: string;
  /** In a pipe, where what is not taken falls away. */
  readonly several?: boolean;
}
