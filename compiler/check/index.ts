export { check } from "./check.ts";
export type { CheckHost, CheckOptions, GivenWeights } from "./options.ts";
export type * from "./typed.ts";
