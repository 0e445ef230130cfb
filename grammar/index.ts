export type * from "./ast.ts";
export { format } from "./format/index.ts";
export type { Formatted } from "./format/index.ts";
export { parse } from "./parse.ts";
export type { Parsed } from "./parse.ts";
