export * from "./expr.ts";
export type * from "./graph.ts";
export type * from "./recognition.ts";
export { parseExpr } from "./parse-expr.ts";
export { parseForm } from "./parse-form.ts";
export { parseGraph } from "./parse.ts";
export { printExpr, printForm, printGraph, printGuard, printNode } from "./print.ts";
