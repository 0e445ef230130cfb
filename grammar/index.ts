export type * from "./ast.ts";
export { parse } from "./parse.ts";
export type { Parsed } from "./parse.ts";
