export * from "./divide.ts";
export * from "./form.ts";
export * from "./interval.ts";
export * from "./rewrite.ts";
export * from "./show.ts";
export * from "./facts.ts";
export * from "./prove.ts";
export * from "./counter-example.ts";
