import { codeEntry } from "./codes.ts";
import type { Code } from "./codes.ts";
import type { Diagnostic, Fix, Note } from "./diagnostic.ts";
import type { Span } from "./source.ts";

export interface Particulars {
  /** One line without a full stop: what is wrong here, with the names and sizes of this case. */
  readonly message: string;
  readonly span: Span | undefined;
  readonly label?: string | undefined;
  readonly notes?: readonly Note[] | undefined;
  readonly help?: readonly string[] | undefined;
  readonly fix?: Fix | undefined;
}

/** The only way to make a diagnostic: the code is one of the table, and brings its severity with it. */
export function report(code: Code, particulars: Particulars): Diagnostic {
  const { message, span, label, notes = [], help = [], fix } = particulars;
  return {
    code,
    severity: codeEntry(code).severity,
    message,
    ...(span === undefined ? {} : { span }),
    ...(label === undefined ? {} : { label }),
    notes,
    help,
    ...(fix === undefined ? {} : { fix }),
  };
}
