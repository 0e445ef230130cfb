import type { Span } from "../diagnostics/source.ts";
import type { Context, ParametersValue, Value } from "./checker-types.ts";
import type { InstancePath } from "./typed.ts";

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
  /** Other values for the parameters of what is applied. */
  readonly given?: ParametersValue | undefined;
  /** Of an optimizer: the parameter that it changes. */
  readonly parameter?: InstancePath | undefined;
}
