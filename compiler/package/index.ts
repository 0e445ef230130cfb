export { packageModule, type ModuleParts } from "./package-module.ts";
export type { ModelDocs } from "./write-types.ts";
export { writeInline } from "./write-javascript.ts";
