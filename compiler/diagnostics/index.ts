export { codeEntry, codes, explain, isCode } from "./codes.ts";
export type { Code } from "./codes.ts";
export type { CodeEntry, CodeTable } from "./code.ts";
export type { Diagnostic, Fix, Note, Severity } from "./diagnostic.ts";
export { report } from "./report.ts";
export type { Particulars } from "./report.ts";
export { joinSpans, positionOf } from "./source.ts";
export type { Position, Source, Span } from "./source.ts";
