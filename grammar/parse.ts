import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Source } from "../compiler/diagnostics/source.ts";
import type { Comment, FileNode } from "./ast.ts";

export interface Parsed {
  /** Always there: what could not be understood is an `error` node or left out. */
  readonly file: FileNode;
  readonly diagnostics: readonly Diagnostic[];
  readonly comments: readonly Comment[];
}

/** Never throws for any text: every independent mistake is a diagnostic. */
export declare function parse(source: Source): Parsed;
