export { emitWasm, showWat } from "./emit.ts";
export type { Variant } from "./module.ts";
