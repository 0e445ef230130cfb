export * from "./divide.ts";
export * from "./form.ts";
export * from "./rewrite.ts";
export * from "./show.ts";
