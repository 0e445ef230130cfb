export { check } from "./check.ts";
export type { CheckHost, CheckOptions, GivenWeights } from "./session.ts";
export type * from "./typed.ts";
