import type { Severity } from "./diagnostic.ts";

/** What is true of every diagnostic with one code, whatever the source. */
export interface CodeEntry {
  readonly severity: Severity;
  /** What the code is about, in one line without a full stop. */
  readonly title: string;
  /** Markdown: why this is refused, an example that fails (a ```dl block), and its repair. */
  readonly explanation: string;
}

/** The codes of one range, `DLC3001` … `DLC3999` for `CodeTable<3>`. */
export type CodeTable<Range extends number> = Readonly<Record<`DLC${Range}${number}`, CodeEntry>>;
